# MkDocs hooks: add the pages outside docs/, and every file of the repository that a page links to.
# SPDX-License-Identifier: Apache-2.0
import pathlib
import posixpath
import re

from mkdocs.structure.files import File

ROOT = pathlib.Path(__file__).resolve().parents[2]
LINK = re.compile(r"\[([^\[\]]*)\]\(([^)\s#]+)((?:#[^)\s]*)?)\)")
PAGES = ["CHANGELOG.md", "SECURITY.md", "CONTRIBUTING.md", "kernel/README.md"] + [
    f"deploy/{part}/README.md" for part in ("prometheus", "grafana", "node-exporter", "nixos")
]


def add(path, files, config):
    if files.get_file_from_path(path) is None:
        files.append(File(path, str(ROOT), config["site_dir"], config["use_directory_urls"]))


def expand(nav, docs):
    """A directory in the navigation is its README and its other pages, in order of their names."""
    for entry in nav:
        for title, value in entry.items():
            if isinstance(value, list):
                expand(value, docs)
            elif value.endswith("/"):
                pages = sorted(page.name for page in (docs / value).glob("*.md") if page.name != "README.md")
                entry[title] = [value + "README.md"] + [value + page for page in pages]


def on_config(config):
    docs = pathlib.Path(config["docs_dir"])
    expand(config["nav"], docs)
    return config


def on_files(files, config):
    for page in PAGES:
        add(page, files, config)
    return files


def in_repository(page):
    return page if page in PAGES else f"docs/{page}"


def on_page_markdown(markdown, page, config, files):
    here = page.file.src_uri

    def rewrite(match):
        target = match.group(2)
        if re.match(r"[a-z]+:", target):
            return match.group(0)
        path = posixpath.normpath(posixpath.join(posixpath.dirname(in_repository(here)), target))
        if (ROOT / path).is_dir():
            path = posixpath.join(path, "README.md")
            if not (ROOT / path).exists():
                return match.group(1)
        if path == "README.md":
            path = "docs/index.md"
        if path.startswith("docs/"):
            path = path[len("docs/") :]
        elif path not in PAGES and (ROOT / path).is_file():
            add(path, files, config)
        relative = posixpath.relpath(path, posixpath.dirname(here) or ".")
        return f"[{match.group(1)}]({relative}{match.group(3)})"

    # The machine's name after a fence is for the tests; it is not a language.
    markdown = re.sub(r"(?m)^```sh \S+$", "```sh", markdown)
    # Code is left as it is.
    parts = re.split(r"(^```.*?^```$)", markdown, flags=re.S | re.M)
    return "".join(part if part.startswith("```") else LINK.sub(rewrite, part) for part in parts)

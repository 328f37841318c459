#!/usr/bin/env python3
# Checks a built site: all links and anchors work, and no page loads anything from another machine.
# SPDX-License-Identifier: Apache-2.0
#
# usage: check.py DIRECTORY
import html.parser
import pathlib
import re
import sys
import urllib.parse

LOADS = {"script": "src", "img": "src", "link": "href", "iframe": "src", "source": "src", "video": "src", "object": "data"}


class Page(html.parser.HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.ids, self.links, self.loads = set(), [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.ids.update(attrs[key] for key in ("id", "name") if attrs.get(key))
        if tag == "a" and attrs.get("href"):
            self.links.append(attrs["href"])
        if attrs.get(LOADS.get(tag)) and attrs.get("rel") != "canonical":
            self.loads.append(attrs[LOADS[tag]])


def main():
    site = pathlib.Path(sys.argv[1]).resolve()
    pages = {page: Page(page.read_text()) for page in site.rglob("*.html")}
    wrong = []
    for page, parsed in pages.items():
        name = page.relative_to(site)
        wrong += [f"{name}: loads {each}" for each in parsed.loads if re.match(r"(https?:)?//", each)]
        # 404.html is served at any address, so its links are absolute.
        base = site if name.name == "404.html" else page.parent
        for link in parsed.links + parsed.loads:
            parts = urllib.parse.urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            path = urllib.parse.unquote(parts.path).lstrip("/" if base == site else "")
            target = (base / path).resolve() if path else page
            target = target / "index.html" if target.is_dir() else target
            if not target.exists():
                wrong.append(f"{name}: no file for {link}")
            elif parts.fragment and target in pages and urllib.parse.unquote(parts.fragment) not in pages[target].ids:
                wrong.append(f"{name}: no anchor for {link}")
    for sheet in site.rglob("*.css"):
        wrong += [f"{sheet.relative_to(site)}: loads {each}" for each in re.findall(r"url\([\"']?(https?:[^)]*)\)", sheet.read_text())]
    if not pages or wrong:
        sys.exit("\n".join(f"check.py: {each}" for each in wrong) or f"check.py: no page in {site}")
    print(f"{len(pages)} pages, every link and anchor found, nothing loaded from another machine")


main()

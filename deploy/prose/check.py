#!/usr/bin/env python3
# Checks what people read: words, line length and commit subjects. It first checks that it finds planted mistakes.
# SPDX-License-Identifier: Apache-2.0
#
# usage: check.py
# Pages are all *.md of the repository. Help texts, and the manual pages that are made of them, are the string literals of the
# programs' option and command declarations. Comments are those of *.java, *.js, *.css and *.sh. Commit subjects count from the
# commit on that added this file.
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
WIDTH, SUBJECT = 120, 72
# Paths with these prefixes are not checked for words, and why.
EXEMPT = {
    "docs/decisions/": "records keep the words of their date",
}
COLLECTOR = tuple(f"collector/src/{part}/java/org/hy300/collector/" for part in ("main", "test"))
E2E = "deploy/e2e/src/test/java/org/hy300/e2e/"
# The same for comments.
EXEMPT_COMMENTS = dict.fromkeys(
    (
        "kernel/",
        "common/runtime/src/main/java/org/hy300/mqtt/",
        *(part + name for part in COLLECTOR for name in ("access/", "http/", "ingest/", "Collector", "Main.", "Parts.")),
        *(E2E + name for name in ("BrokerAclTest", "FaultLedger", "FaultsIT", "FaultyFleet", "HostilePageIT", "OlderIT", "SimulatedFleet")),
    ),
    "not rewritten yet",
)
# Strings are matched so that a comment's marker inside one does not count.
COMMENT = re.compile(
    r"""\"{3}(?:\\.|[^\\])*?\"{3}|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`"""
    r"""|(?P<comment>//[^\n]*(?:\n[ \t]*//[^\n]*)*|/\*.*?\*/)""",
    re.S,
)
SHELL_COMMENT = re.compile(r"(?P<comment>(?:^|(?<=[ \t]))# [^\n]*(?:\n[ \t]*#[^\n]*)*)", re.M)
RULES = [
    (re.compile(rule, re.I), better)
    for rule, better in (
        line.split(" => ")
        for line in (ROOT / "deploy/prose/words.txt").read_text().splitlines()
        if line and not line.startswith("#")
    )
]


def git(*arguments):
    return subprocess.run(["git", "-C", ROOT, *arguments], capture_output=True, text=True, check=True).stdout


def words(text):
    """Complaints about a text, in which a line break may separate two words."""
    text = re.sub(r"\s", " ", text)
    return [f"'{found.group(0)}': write {better}" for rule, better in RULES for found in rule.finditer(text)]


def page(text, checked=True):
    """Complaints about a page, each with its line; commands and code are not prose, and a table's row cannot be broken."""
    fenced = False
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith("```"):
            fenced = not fenced
        if fenced or line.startswith("    "):
            continue
        if len(line) > WIDTH and not line.startswith("|") and " " in line[:WIDTH].strip().lstrip("-*# "):
            # An image or a link that begins a line is one word.
            if not re.match(r"!?\[[^]]*\]\([^)]*\)$", line):
                yield number, f"{len(line)} characters, at most {WIDTH}"
        if checked:
            yield from ((number, each) for each in words(re.sub(r"`[^`]*`|\]\([^)]*\)", "", line)))


def help_texts(source):
    """The string literals of descriptions and footers, those that are added to each other as one."""
    for found in re.finditer(r'(?:description|footer|header|FOOTER)\s*=\s*\{?((?:\s*\+?\s*"(?:[^"\\]|\\.)*")+)', source):
        literals = re.findall(r'"((?:[^"\\]|\\.)*)"', found.group(1))
        yield source[: found.start()].count("\n") + 1, "".join(literals)


def comments(source, pattern=COMMENT):
    """Complaints about the comments of a source, each with the line where the comment begins; code in comments is not prose."""
    for found in pattern.finditer(source):
        if found.group("comment"):
            text = re.sub(r"\n[ \t]*(?://|\*(?!/)|#)?[ \t]?", "\n", found.group("comment"))
            text = re.sub(r"`[^`]*`|\{@(?:code|link|value)[^}]*\}|@param \w+", "", text)
            yield from ((source[: found.start()].count("\n") + 1, each) for each in words(text))


def subjects():
    added = git("log", "--diff-filter=A", "--format=%H", "--", "deploy/prose/check.py").split()
    return git("log", "--no-merges", "--format=%h %s", f"{added[-1]}..HEAD").splitlines() if added else []


def self_test():
    planted = ["compressed for who takes gzip", "it is told so", "made anew", "What stands in brackets", "it says so", "x " * 61]
    for text in planted:
        if not list(page(text)):
            sys.exit(f"check.py: the check does not find the planted '{text}'")
    if not any(words(text) for _, text in help_texts('description =\n "MQTT keep-alive;"\n + " who is told"')):
        sys.exit("check.py: the check does not find a planted help text")
    for source in ('s = "//";\n/** It is\n * no test. */', "x(); // It says so.", "// Made by\n  // hand.", "/*\n * told\n */"):
        if not list(comments(source)):
            sys.exit(f"check.py: the check does not find the planted comment '{source}'")
    if not list(comments("x=1  # Made\n# anew", SHELL_COMMENT)):
        sys.exit("check.py: the check does not find a planted comment of a script")
    if list(comments('s = "// it says";\n/** See {@code told()}. */ String says;')):
        sys.exit("check.py: the check takes code for a comment")


def main():
    self_test()
    wrong = []
    files = git("ls-files", "-co", "--exclude-standard", "*.md", "*.java", "*.js", "*.css", "*.sh",
                "deploy/mosquitto/hy300-pki").splitlines()
    for name in files:
        path = ROOT / name
        if not path.exists():
            continue
        text = path.read_text()
        if name.endswith(".md"):
            checked = not name.startswith(tuple(EXEMPT))
            wrong += [f"{name}:{number}: {each}" for number, each in page(text, checked)]
        elif name.endswith(".java") and "/src/main/" in name:
            wrong += [f"{name}:{number}: {each}" for number, line in help_texts(text) for each in words(line)]
        elif name.endswith("hy300-pki"):
            usage = re.search(r"<<EOF\n(.*?)\nEOF", text, re.S).group(1)
            wrong += [f"{name}: {each}" for each in words(usage)]
        if name.endswith((".java", ".js", ".css", ".sh")) and not name.startswith(tuple(EXEMPT_COMMENTS)):
            pattern = SHELL_COMMENT if name.endswith(".sh") else COMMENT
            wrong += [f"{name}:{number}: {each}" for number, each in comments(text, pattern)]
    wrong += [f"commit {each}: {len(each.split(' ', 1)[1])} characters in its subject, at most {SUBJECT}"
              for each in subjects() if len(each.split(" ", 1)[1]) > SUBJECT]
    if wrong:
        sys.exit("\n".join(wrong + [f"check.py: {len(wrong)} places to rewrite; deploy/prose/words.txt has the words"]))


main()

#!/usr/bin/env python3
# Writes the pages of docs/reference that are generated from the sources, or checks that they are current.
# SPDX-License-Identifier: Apache-2.0
#
# usage: reference.py [--check] [--options]
# --options includes the page of options, from the --help of the programs in their target directories.
import pathlib
import re
import subprocess
import sys

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
RECORD = re.compile(
    r"# (\d+)\. (.*)\n\n- Date: (.*)\n- Status: (.*)\n\n## Context\n\n(?s:.+)\n## Decision\n\n(?s:.+)\n## Consequences\n\n(?s:.+)"
)
OPENAPI = ROOT / "collector/src/main/resources/org/hy300/collector/http/openapi.yaml"
CODES = ROOT / "common/contract/src/main/java/org/hy300/contract/ErrorCode.java"
PROGRAMS = {
    "hy300": "cli/target/hy300/bin/hy300",
    "hy300-agent": "edge-agent/target/hy300-agent/bin/hy300-agent",
    "hy300-collector": "collector/target/hy300-collector/bin/hy300-collector",
    "hy300-simulator": "edge-agent/target/hy300-agent/bin/hy300-simulator",
    "hy300-pki": "deploy/mosquitto/hy300-pki",
}
HEAD = "# {title}\n\nGenerated from {source} by `make reference`; do not edit.\n\n"


def cell(text):
    return " ".join(str(text or "").split()).replace("|", "\\|")


def http():
    page = HEAD.format(title="HTTP API", source="openapi.yaml")
    page += (
        "A running collector serves the full description at `/openapi.yaml`. Errors are JSON:\n"
        '`{"error":{"code":…,"message":…}}`, with the codes of [Error codes](errors.md).\n\n'
    )
    page += "| method | path | summary | role |\n|---|---|---|---|\n"
    for path, methods in yaml.safe_load(OPENAPI.read_text())["paths"].items():
        for method, operation in methods.items():
            if method in ("get", "put", "post", "delete"):
                page += f"| {method.upper()} | `{path}` | {cell(operation.get('summary'))} | {operation.get('x-role', '')} |\n"
    return page


def errors():
    page = HEAD.format(title="Error codes", source="`ErrorCode.java`")
    page += "Values of `error.code` in replies over MQTT and in answers over HTTP.\n\n| code | meaning |\n|---|---|\n"
    found = re.findall(r'/\*\*((?:(?!\*/).)*)\*/\s*public static final String \w+ = "(\w+)"', CODES.read_text(), re.S)
    for text, code in sorted(found, key=lambda each: each[1]):
        meaning = cell(re.sub(r"(?m)^\s*\*", "", text))
        page += f"| `{code}` | {meaning} |\n"
    return page


def options():
    page = HEAD.format(title="Options", source="each program's `--help`")
    page += "The daemons read options from the command line, the environment and a YAML file; [Configure](../guides/configure.md)\nexplains how.\n"
    for name, program in PROGRAMS.items():
        shown = subprocess.run(
            [ROOT / program, "--help"], capture_output=True, text=True, check=True, env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
        )
        text = "\n".join(line.rstrip() for line in shown.stdout.strip().splitlines())
        page += f"\n## {name}\n\n```text\n{text}\n```\n"
    return page


def decisions():
    page = "# Decisions\n\nEach record explains one decision: context, decision and consequences. A newer record replaces an older one.\n\n"
    page += "| | decision | date | status |\n|---|---|---|---|\n"
    for record in sorted((DOCS / "decisions").glob("0*.md")):
        parts = RECORD.fullmatch(record.read_text())
        if not parts:
            sys.exit(f"reference.py: {record} has not the form of a record: title, date, status, context, decision, consequences")
        number, title, date, status = parts.groups()
        page += f"| [{number}]({record.name}) | {title} | {date} | {status} |\n"
    return page


def main():
    pages = {"reference/http.md": http, "reference/errors.md": errors, "decisions/README.md": decisions}
    if "--options" in sys.argv:
        pages["reference/options.md"] = options
    stale = []
    for name, make in pages.items():
        page, text = DOCS / name, make()
        if "--check" not in sys.argv:
            page.write_text(text)
        elif not page.exists() or page.read_text() != text:
            stale.append(f"docs/{name}")
    if stale:
        sys.exit(f"reference.py: {', '.join(stale)} differ from the sources; run make reference")


main()

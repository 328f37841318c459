#!/usr/bin/env python3
# Shows the licences in a CycloneDX list of what the programs are made of; ends with 1 when one is missing or not known to fit.
# SPDX-License-Identifier: Apache-2.0
#
# usage: sbom.py FILE
import collections
import json
import sys

# Each lets its code be in a program under Apache-2.0; of a choice one that fits is enough.
FIT = {"Apache-2.0", "MIT", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "EPL-1.0", "EPL-2.0"}
FIT_BY_EXCEPTION = "Classpath exception"


def licences(component):
    for each in component.get("licenses", []):
        licence = each.get("license", {})
        yield licence.get("id") or licence.get("name") or each["expression"]


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        components = json.load(file)["components"]
    counts = collections.Counter()
    wrong = []
    for component in components:
        found = list(licences(component))
        counts[" or ".join(found)] += 1
        if not any(each in FIT or FIT_BY_EXCEPTION in each for each in found):
            wrong.append(f"{component['group']}:{component['name']}:{component['version']} ({', '.join(found) or 'none'})")
    for licence, count in counts.most_common():
        print(f"{count:4} {licence}")
    if wrong:
        sys.exit(f"sbom.py: no licence that fits Apache-2.0, look at each: {'; '.join(wrong)}")


if __name__ == "__main__":
    main()

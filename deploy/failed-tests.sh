#!/bin/bash
# Prints the failing Java tests whose reports are newer than a file, each with its report; fails if there is one.
# SPDX-License-Identifier: Apache-2.0
#
# usage: failed-tests.sh FILE
set -euo pipefail
since=$(realpath "$1")
cd "$(dirname "$0")/.."

find . -path '*-reports/TEST-*.xml' -newer "$since" | sort | while read -r xml; do
  report=${xml#./} report=${report/TEST-/} report=${report%.xml}.txt
  awk -v report="$report" '
    /<testcase / {
      test = name = $0
      sub(/.*classname="/, "", test); sub(/".*/, "", test)
      sub(/.* name="/, "", name); sub(/".*/, "", name)
      if (name) test = test "." name
    }
    /<(failure|error)[ >]/ { print test "  in " report }' "$xml"
done | sort -u | awk '{ print } END { exit NR > 0 }'

#!/bin/bash
# Prints the failing Java tests with reports newer than a file, and those reports' names; fails if there is one.
# SPDX-License-Identifier: Apache-2.0
#
# usage: failed-tests.sh [--show] FILE
# --show: first prints their reports, and the last output of each class and its programs
set -euo pipefail
show=
if [ "$1" = --show ]; then
  show=1
  shift
fi
since=$(realpath "$1")
cd "$(dirname "$0")/.."
red=$(find . -path '*-reports/TEST-*.xml' -newer "$since" -exec grep -lE '<(failure|error)[ >]' {} + | sort || true)

for xml in ${show:+$red}; do
  report=${xml/TEST-/}
  report=${report%.xml}
  cat "$report.txt"
  if [ -e "$report-output.txt" ]; then
    echo "== the end of $report-output.txt"
    tail -n 100 "$report-output.txt"
  fi
done
for xml in $red; do
  report=${xml/TEST-/}
  awk -v report="${report#./}" '
    /<testcase / {
      test = name = $0
      sub(/.*classname="/, "", test); sub(/".*/, "", test)
      sub(/.* name="/, "", name); sub(/".*/, "", name)
      if (name) test = test "." name
    }
    /<(failure|error)[ >]/ { sub(/\.xml$/, ".txt", report); print test "  in " report }' "$xml"
done | sort -u
[ -z "$red" ]

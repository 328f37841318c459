#!/bin/bash
# Compares the drivers' metric families in the guests with the page that the simulator reads; or writes that page.
# SPDX-License-Identifier: Apache-2.0
#
# usage: families.sh LOG...          prints a line of KTAP for each device of each log
#        families.sh --write LOG     writes the page from the first device of each kind
# A log has lines `metrics RUN/DEVICE: TEXT` from run.sh. The page has no values, because they differ at each boot.
set -euo pipefail
page=$(cd "$(dirname "$0")/../.." && pwd)/common/contract/src/main/resources/org/hy300/contract/drivers.txt

# families DEVICE LOG: its families and series without values, and without the label of an additional device
families() {
  sed -n "s#^metrics $1: ##p" "$2" | sed -E '/^#/!{ s/,?unit="[0-9]+"//; s/\{\}//; s/ [^ ]*$//; }'
}

if [ "$1" = --write ]; then
  {
    echo "## What the drivers say in their metric attributes, without the values. Written by deploy/vm/families.sh --write."
    for kind in motor mips tvcap; do
      families ".*/$kind" "$2"
    done
  } >"$page"
  exit
fi

for log in "$@"; do
  sed -n 's/^metrics \([^:]*\): .*/\1/p' "$log" | sort -u | while read -r device; do
    name=${device#*/}
    kind=${name%%[0-9]*}
    # A second device may have another version, with other registers; its families are the same.
    lines='^(# |hy300_)'
    [ "$name" = "$kind" ] || lines='^# '
    difference=$(diff <(grep -E "^(# (HELP|TYPE) )?hy300_${kind}_" "$page" | grep -E "$lines") \
      <(families "$device" "$log" | grep -E "$lines") | sed 's/^/# /') && result=ok || result='not ok'
    [ "$result" = ok ] || echo "$difference"
    echo "$result - $(basename "$log" .log): the families of $name are those of drivers.txt"
  done
done

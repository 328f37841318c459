#!/bin/bash
# Runs the named stages of `make test` one after the other, even after failures, and prints a table and the failing tests.
# SPDX-License-Identifier: Apache-2.0
#
# usage: test.sh STAGE...     a stage is a verb of the Makefile
# Each stage's output is also in target/test/STAGE.log.
set -uo pipefail
cd "$(dirname "$0")/.." || exit
trap 'exit 130' INT
trap 'exit 143' TERM
logs=target/test
mkdir -p "$logs"
rm -f "$logs"/*.log

minutes() { printf '%d:%02d' $(($1 / 60)) $(($1 % 60)); }

# failures STAGE: a line for each failing test of a red stage
failures() {
  log=$logs/$1.log
  found=$({
    deploy/failed-tests.sh "$logs/$1.start"
    grep -a '^ *not ok' "$log" | sed -E "s/^ *not ok *[0-9]* *(- )?//; s#\$#  in $log#"
  })
  if [ -z "$found" ]; then
    # No test reported it: the first complaint, or the stage's last line.
    said=$(sed 's/\x1b\[[0-9;]*m//g' "$log" | grep -av '^make' | grep -av '^ *$')
    found="$({ grep -aE '^\[ERROR\]|[Ee]rror:' <<<"$said" || tail -n 1 <<<"$said"; } | head -n 1 | cut -c1-160)  in $log"
  fi
  printf '%s\n' "$found" | sed "s/^/  $1: /"
}

begin=$SECONDS table='' red='' failed=''
for stage in "$@"; do
  echo "== $stage"
  started=$SECONDS
  touch "$logs/$stage.start"
  if make --no-print-directory "$stage" 2>&1 | tee "$logs/$stage.log"; then
    result=green
  else
    result=RED red="$red $stage"
    failed+=$(failures "$stage")$'\n'
  fi
  table+=$(printf '  %-18s %-5s %6s' "$stage" "$result" "$(minutes $((SECONDS - started)))")$'\n'
done

printf '\n%s\n%s' "== stages, minutes" "$table"
if [ -z "$red" ]; then
  echo "all green after $(minutes $((SECONDS - begin))) minutes"
else
  printf '%s\n%s' "red after $(minutes $((SECONDS - begin))) minutes:$red" "$failed"
  exit 1
fi

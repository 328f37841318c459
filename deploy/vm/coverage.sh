#!/bin/sh
# Prints the line coverage of each driver in the debug kernel's runs; fails if a driver has no more than 85 %.
# SPDX-License-Identifier: Apache-2.0
#
# usage: coverage.sh BUILD-DIRECTORY DKMS.CONF CONSOLE-LOG...
# The drivers are those of dkms.conf. A line counts as reached if any run has reached it. BUILD-DIRECTORY/unreached lists the others.
set -eu
build=$1 drivers=$2
shift 2
least=85

work=$build/coverage
rm -rf "$work"
mkdir "$work"
for log in "$@"; do
  data=$work/$(basename "$log" .log)
  mkdir "$data"
  sed -n '/^BEGIN COVERAGE$/,/^END COVERAGE$/p' "$log" | grep -v COVERAGE | base64 -d | tar -x -z -C "$data" || {
    echo "coverage.sh: $log holds no coverage" >&2
    exit 1
  }
  # In the guest the data is under the path of the build.
  (cd "$data/$build" && find . -name '*.gcda') | while read -r file; do
    cp "$data/$build/$file" "$build/$file"
    (cd "$build" && aarch64-linux-gnu-gcov --stdout "$build/$file") >>"$work/annotated" 2>/dev/null
  done
done

sed -n 's/^BUILT_MODULE_NAME.*="\(.*\)"/\1/p' "$drivers" | while read -r module; do
  sed "s#^$build/##; s#^#$module #; s#\.o\$#.c#" "$(find "$build" -name "$module.mod")"
done >"$work/files"

awk -v "build=$build/" -v least=$least -v "unreached=$build/unreached" '
  FILENAME ~ /files$/ { module[$2] = $1; if (!($1 in order)) { order[$1] = ++modules; name[modules] = $1 } next }
  {
    split($0, part, ":")
    count = part[1]; line = part[2] + 0
    gsub(/ /, "", count)
  }
  line == 0 && part[3] == "Source" { file = part[4]; sub("^" build, "", file); next }
  line == 0 || count == "-" || !(file in module) { next }
  { lines[file, line] += 0; text[file, line] = $0; if (count !~ /^[#=]/) reached[file, line] = 1 }
  END {
    for (key in lines) {
      split(key, at, SUBSEP)
      total[module[at[1]]]++
      if (key in reached) hit[module[at[1]]]++
      else print at[1] ":" text[key] > unreached
    }
    printf "%-28s %6s %8s %8s\n", "driver", "lines", "reached", "percent"
    for (i = 1; i <= modules; i++) {
      m = name[i]
      percent = total[m] ? 100 * hit[m] / total[m] : 0
      printf "%-28s %6d %8d %7.1f%s\n", m, total[m], hit[m], percent, (percent > least ? "" : "  too few")
      if (percent <= least) failed = 1
    }
    printf "%s - line coverage of each driver above %d %%\n", failed ? "not ok" : "ok", least
    exit failed
  }' "$work/files" "$work/annotated"

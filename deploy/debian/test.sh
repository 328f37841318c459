#!/bin/bash
# Tests the packages in a plain Debian 12: contents, installation with apt, services under systemd, and removal.
# SPDX-License-Identifier: Apache-2.0
#
# usage: test.sh    as root, after package.sh and package.sh 99.1 target/packages-next; prints KTAP, and the sum at the end
# A check fails if it prints anything.
# Nothing outlives it: the tree is a copy, and its processes and mounts are in namespaces of their own (enter.sh).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
debs=$root/target/packages
next=$root/target/packages-next
base=$("$here/tree.sh")
# Next to the base, where a copy shares its blocks if the file system supports that.
work=$(mktemp -d "$(dirname "$base")/debian-test.XXXXXX")
tree=$work/tree
machine='' running=''
# shellcheck disable=SC2317  # called by trap
end() {
  [ -z "$running" ] || kill -KILL -- "-$running" 2>/dev/null || true
  [ -z "$machine" ] || kill -KILL "$machine" 2>/dev/null || true
  wait
  rm -rf "$work"
}
trap end EXIT
trap 'exit 1' INT TERM HUP
passed=0 failed=0

# check NAME COMMAND...: one test; the command's output is the reason of its failure
check() {
  local name=$1 status=0
  shift
  # In the background in a process group of its own, so that a signal takes effect at once and ends all of it.
  set -m
  "$@" >"$work/said" 2>&1 &
  set +m
  running=$!
  wait "$running" || status=$?
  running=
  if [ "$status" = 0 ] && [ ! -s "$work/said" ]; then
    passed=$((passed + 1))
    echo "ok $((passed + failed)) $name"
  else
    failed=$((failed + 1))
    sed 's/^/# /' "$work/said"
    echo "not ok $((passed + failed)) $name"
  fi
}

enter() { "$here/enter.sh" "$tree" "$@"; }

# quietly COMMAND...: shows its output only if it fails
quietly() {
  local log
  log=$("$@" 2>&1) || {
    printf '%s\n' "$log" | tail -n 30
    return 1
  }
}

# same WHAT EXPECTED FOUND
same() {
  [ "$2" = "$3" ] || diff <(printf '%s\n' "$2") <(printf '%s\n' "$3") | sed "s/^/$1: /"
}

# files DEB: the names of its files
files() { dpkg-deb -c "$1" | sed 's#.* \./#/#; s/ -> .*//'; }

# shellcheck source=deploy/debian/test-contents.sh
. "$here/test-contents.sh"
# shellcheck source=deploy/debian/test-life.sh
. "$here/test-life.sh"
# shellcheck source=deploy/debian/test-running.sh
. "$here/test-running.sh"

echo "TAP version 13"
contents
cp -a --reflink=auto "$base" "$tree"
install_packages
running
leave
echo "1..$((passed + failed))"
echo "# $passed passed, $failed failed"
[ "$failed" = 0 ]

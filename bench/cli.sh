#!/bin/bash
# Measures `hy300 devices` with and without its class data archive, beside a bare Java: the median of twenty runs each.
# SPDX-License-Identifier: Apache-2.0
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
out=$root/bench/target/cli
rm -rf "$out"
mkdir -p "$out"
# A moved program ignores the archive.
cp -r "$root/cli/target/hy300" "$out/moved"

setpriv --pdeathsig TERM "$root/collector/target/hy300-collector/bin/hy300-collector" \
  --http-port 0 --mqtt-port 0 --data "$out/data" >"$out/collector.log" 2>&1 </dev/null &
collector=$!
trap 'kill $collector; wait' EXIT
until grep -q '^metrics at' "$out/collector.log"; do sleep 0.1; done
HY300_URL=$(sed -n 's|^metrics at \(http.*\)/metrics.*|\1|p' "$out/collector.log")
export HY300_URL

# median NAME PROGRAM...
median() {
  local name=$1 begin
  shift
  for _ in $(seq 20); do
    begin=$(date +%s%N)
    "$@" >/dev/null 2>&1
    echo $((($(date +%s%N) - begin) / 1000000))
  done | sort -n | sed -n 10p | xargs printf '%-28s %5d ms\n' "$name"
}
median "hy300 devices" "$root/cli/target/hy300/bin/hy300" devices
median "hy300 devices, moved" "$out/moved/bin/hy300" devices
median "java -version" "${JAVA_HOME:+$JAVA_HOME/bin/}java" -version

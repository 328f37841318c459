#!/bin/bash
# Boots a projector, runs guest.sh in it with a mosquitto on this machine, and prints the figures beside those of peers.
# SPDX-License-Identifier: Apache-2.0
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$here/..
out=$here/target
vm=$root/deploy/vm
program=$out/hy300-bench
log=$out/bench.log

"$vm/build.sh" projector
mkdir -p "$out/native"
for source in wait_poll trigger; do
  gcc -O2 -Wall -Wextra -Werror -o "$out/native/$source" "$here/$source.c"
  aarch64-linux-gnu-gcc -O2 -Wall -Wextra -Werror -static -o "$program/$source" "$here/$source.c"
done
install -m 755 "$here/guest.sh" "$here/sample.sh" "$program"
: >"$log"

# Without an emulator: the kernel notifies cgroup.events with the same function as the drivers' attributes.
native() {
  trigger=$out/native/trigger tmp=$out/native
  # shellcheck source=bench/sample.sh
  . "$here/sample.sh"
  local group
  group=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)/hy300-bench.$$
  mkdir "$group" 2>/dev/null || {
    echo "== no cgroup v2 directory that this user may write: the figures without an emulator are left out"
    return
  }
  for round in 1 2; do
    echo "== round $round on this machine"
    sample native-poll "$group/cgroup.freeze" '1 0' 1500 20000 "$out/native/wait_poll" "$group/cgroup.events" >>"$log"
    sample native-agent "$group/cgroup.freeze" '1 0' 1500 20000 java -XX:+UseSerialGC -XX:TieredStopAtLevel=1 \
      -cp "$program/lib/*" org.hy300.bench.WaitAttribute "$group/cgroup.events" >>"$log"
  done
  rmdir "$group"
}
native

port=$(perl -MIO::Socket::INET -e 'print IO::Socket::INET->new(LocalAddr => "127.0.0.1", Listen => 1)->sockport')
printf 'listener %s 127.0.0.1\nallow_anonymous true\n' "$port" >"$out/mosquitto.conf"
setpriv --pdeathsig TERM mosquitto -c "$out/mosquitto.conf" >"$out/mosquitto.log" 2>&1 &
broker=$!
trap 'kill $broker 2>/dev/null; wait' EXIT

echo "== booting the guest; this takes some three minutes"
HY300_SHARE=$program timeout 400 "$vm/boot.sh" projector "hy300.home=1 hy300.bench=mqtt://10.0.2.2:$port" </dev/null 2>&1 |
  sed -u 's/\r$//' | tee -a "$log" | grep --line-buffered -E '^== ' || true
grep -q '^== done' "$log" || {
  echo "the benchmark did not end; the console is in $log" >&2
  exit 1
}

# percentile NAME P: of the samples, in us
percentile() {
  awk -v name="$1" '$1 == "SAMPLE" && $2 == name { print $3 }' "$log" | sort -n |
    awk -v p="$2" '{ v[NR] = $1 } END { i = int(NR * p / 100 + 0.999); printf "%.0f", v[i < 1 ? 1 : i] / 1000 }'
}
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'; }

# row TITLE NAME [PEER]: one line of the table, with the ratio to the peer
row() {
  local p50 p99
  p50=$(percentile "$2" 50) p99=$(percentile "$2" 99)
  printf '  %-38s %8s %8s' "$1" "$p50" "$p99"
  [ $# -lt 3 ] || awk -v a="$p50" -v b="$(percentile "$3" 50)" -v c="$p99" -v d="$(percentile "$3" 99)" \
    'BEGIN { printf "   %.2f and %.2f times that", a / b, c / d }'
  echo
}
echo
echo "us                                            p50      p99"
if grep -q 'SAMPLE native-agent' "$log"; then
  echo "this machine ($(nproc) cores), cgroup.events:"
  row "  notification to poll() in C" native-poll
  row "  notification to the agent's handler" native-agent native-poll
fi
echo "the guest (QEMU arm64, emulated), the motor's target_position:"
row "  notification to poll() in C" guest-poll
row "  notification to the agent's handler" guest-agent guest-poll
row "  publish to subscriber, the broker's own" echo
row "  notification to subscriber" subscriber echo

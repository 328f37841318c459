#!/bin/bash
# Boots a projector, runs guest.sh in it with a mosquitto on this machine, and prints the figures beside their peers.
# SPDX-License-Identifier: Apache-2.0
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$here/..
out=$here/target
vm=$root/deploy/vm
program=$out/hy300-bench
log=$out/bench.log

"$vm/build.sh"
for source in wait_poll trigger; do
  aarch64-linux-gnu-gcc -O2 -Wall -Wextra -Werror -static -o "$program/$source" "$here/$source.c"
done
install -m 755 "$here/guest.sh" "$program/guest.sh"

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
printf 'listener %s 127.0.0.1\nallow_anonymous true\n' "$port" >"$out/mosquitto.conf"
setpriv --pdeathsig TERM mosquitto -c "$out/mosquitto.conf" >"$out/mosquitto.log" 2>&1 &
broker=$!
trap 'kill $broker 2>/dev/null; wait' EXIT

echo "== booting the guest; this takes two to three minutes"
HY300_SHARE=$program timeout 600 "$vm/boot.sh" projector "hy300.home=1 hy300.bench=mqtt://10.0.2.2:$port" </dev/null 2>&1 |
  sed -u 's/\r$//' | tee "$log" | grep --line-buffered -E '^== ' || true
grep -q '^== done' "$log" || {
  echo "the benchmark did not end; the console is in $log" >&2
  exit 1
}

# percentile NAME P: of the samples, in us, the first sixth left out as warm-up of each round
percentile() {
  awk -v name="$1" '$1 == "SAMPLE" && $2 == name { print $3 }' "$log" | awk 'NR > 100' | sort -n |
    awk -v p="$2" '{ v[NR] = $1 } END { i = int(NR * p / 100 + 0.999); printf "%.0f", v[i < 1 ? 1 : i] / 1000 }'
}
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'; }

poll50=$(percentile poll 50) poll99=$(percentile poll 99)
agent50=$(percentile agent 50) agent99=$(percentile agent 99)
echo50=$(percentile echo 50) echo99=$(percentile echo 99)
sub50=$(percentile subscriber 50) sub99=$(percentile subscriber 99)
cat <<END

In the guest (QEMU arm64 without acceleration, one core; $(nproc) cores below it), us:

                                             p50      p99
  notification to poll() in C           $(printf '%8s %8s' "$poll50" "$poll99")
  notification to the agent's handler   $(printf '%8s %8s' "$agent50" "$agent99")   $(ratio "$agent50" "$poll50") and $(ratio "$agent99" "$poll99") of poll()
  publish to subscriber, the broker     $(printf '%8s %8s' "$echo50" "$echo99")
  notification to subscriber            $(printf '%8s %8s' "$sub50" "$sub99")   $(ratio "$sub50" "$echo50") and $(ratio "$sub99" "$echo99") of the broker's own
END

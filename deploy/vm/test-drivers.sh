#!/bin/sh
# Runs the driver tests in the guest: with boards from the device tree and with a virtual board that creates itself, on each kernel.
# SPDX-License-Identifier: Apache-2.0
#
# HY300_KERNELS=bookworm uses Debian 12's kernel only; the default is 'bookworm trixie'.
# HY300_TESTS='motor_* bridge_*' runs only tests with these names.
# Prints the guest's KTAP, and the sum, `N passed, N failed`, at the end.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=$here/target
kernels=${HY300_KERNELS:-bookworm trixie}
HY300_KERNELS=$kernels "$here/build.sh"
tests=$(echo "${HY300_TESTS:-*}" | tr ' ' ,)

# run KERNEL BOOT: a guest that hangs is ended; its missing last line then counts as a failure.
run() {
  echo "== $2: booting Debian's kernel of $1"
  HY300_KERNEL=$1 HY300_LIMIT=3600 "$here/boot.sh" "$2" "hy300.test=$2,$tests" </dev/null 2>&1 | sed -u 's/\r$//'
  echo "== end of $2"
}

# Guests end with this script: a signal interrupts its waiting for jobs, and a guest notices that its job is gone.
trap 'kill $(jobs -p) 2>/dev/null; exit 1' INT TERM
# They mostly wait for timers, so they run in parallel. One shows its console live, the others at the end.
shown=$out/test-${kernels##* }-driver-tests.log
logs=
for kernel in $kernels; do
  for boot in driver-tests driver-tests-selfmade; do
    log=$out/test-$kernel-$boot.log
    logs="$logs $log"
    if [ "$log" = "$shown" ]; then run "$kernel" "$boot" | tee "$log" & else run "$kernel" "$boot" >"$log" & fi
  done
done
wait
for log in $logs; do
  [ "$log" = "$shown" ] || cat "$log"
done

# check_metrics: promtool's report on the metric attributes at the end of each boot that prints them
check_metrics() {
  for log in $logs; do
    name=$(basename "$log" .log)
    devices=$(sed -n 's/^metrics \([^:]*\): .*/\1/p' "$log" | sort -u)
    for device in $devices; do
      if said=$(sed -n "s#^metrics $device: ##p" "$log" | promtool check metrics 2>&1) && [ -z "$said" ]; then
        echo "ok - $name: promtool finds the metrics of ${device#*/} good"
      else
        printf '%s\n' "$said" | sed 's/^/# /'
        echo "not ok - $name: promtool finds the metrics of ${device#*/} good"
      fi
    done
  done
  # shellcheck disable=SC2086  # a list of files
  grep -q '^metrics ' $logs || echo "not ok - there are metric attributes"
}
{
  check_metrics
  # shellcheck disable=SC2086  # a list of files
  "$here/families.sh" $logs
} | tee "$out/test-metrics.log"

# Each boot prints its sum just before its end.
{
  # shellcheck disable=SC2086
  cat $logs
  echo "$(grep -c '^ok' "$out/test-metrics.log") passed, $(grep -c '^not ok' "$out/test-metrics.log") failed"
} | awk '
  /^== driver-tests.*: booting/ { boot = $0; ended = 0 }
  /^[0-9]+ passed, [0-9]+ failed$/ { passed += $1; failed += $3; ended = 1 }
  /^== end of / && !ended { print "not ok, no closing line: " boot; failed++ }
  END { print passed " passed, " failed + 0 " failed"; exit !(passed > 0 && failed == 0) }'

#!/bin/sh
# Runs the driver tests in the booted guest: with the boards from the device tree and with a board that makes itself, on each kernel.
# SPDX-License-Identifier: Apache-2.0
#
# HY300_KERNELS=bookworm runs them on Debian 12's kernel only; the default is 'bookworm trixie', two guests at a time.
# HY300_TESTS='motor_* bridge_*' runs the tests of these names only.
# Prints the guest's KTAP and closes with the sum, `N passed, N failed`.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=$here/target
kernels=${HY300_KERNELS:-bookworm trixie}
HY300_KERNELS=$kernels "$here/build.sh"
tests=$(echo "${HY300_TESTS:-*}" | tr ' ' ,)

# run KERNEL: both boots, one after the other. A guest that hangs is ended; its missing closing line then counts as a failure.
run() {
  for boot in driver-tests driver-tests-selfmade; do
    echo "== $boot: booting Debian's kernel of $1"
    HY300_KERNEL=$1 HY300_LIMIT=900 "$here/boot.sh" "$boot" "hy300.test=$boot,$tests" </dev/null 2>&1 | sed -u 's/\r$//'
    echo "== end of $boot"
  done
}

# Guests end with this script: it waits for jobs, which a signal interrupts, and a guest notices that its job is gone.
trap 'kill $(jobs -p) 2>/dev/null; exit 1' INT TERM
# The last kernel's guest shows its console as it runs, those beside it theirs at the end.
for kernel in $kernels; do
  log=$out/test-$kernel.log
  [ "$kernel" = "${kernels##* }" ] && continue
  run "$kernel" >"$log" &
done
run "${kernels##* }" | tee "$out/test-${kernels##* }.log" &
wait
for kernel in $kernels; do
  [ "$kernel" = "${kernels##* }" ] || cat "$out/test-$kernel.log"
done

# check_metrics: what promtool says of the metric attributes as they were at the end of each run
check_metrics() {
  for kernel in $kernels; do
    log=$out/test-$kernel.log
    devices=$(sed -n 's/^metrics \([^:]*\): .*/\1/p' "$log" | sort -u)
    [ -n "$devices" ] || echo "not ok - $kernel: there are metric attributes"
    for device in $devices; do
      if said=$(sed -n "s#^metrics $device: ##p" "$log" | promtool check metrics 2>&1) && [ -z "$said" ]; then
        echo "ok - $kernel: promtool finds the metrics of $device good"
      else
        printf '%s\n' "$said" | sed 's/^/# /'
        echo "not ok - $kernel: promtool finds the metrics of $device good"
      fi
    done
  done
}
check_metrics | tee "$out/test-metrics.log"

# Each boot prints its sum just before its end.
{
  for kernel in $kernels; do cat "$out/test-$kernel.log"; done
  echo "$(grep -c '^ok' "$out/test-metrics.log") passed, $(grep -c '^not ok' "$out/test-metrics.log") failed"
} | awk '
  /^== driver-tests.*: booting/ { boot = $0; ended = 0 }
  /^[0-9]+ passed, [0-9]+ failed$/ { passed += $1; failed += $3; ended = 1 }
  /^== end of / && !ended { print "not ok, no closing line: " boot; failed++ }
  END { print passed " passed, " failed + 0 " failed"; exit !(passed > 0 && failed == 0) }'

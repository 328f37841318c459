#!/bin/sh
# Runs the driver tests in the booted guest: once with the boards from the device tree, once with a board that makes itself.
# SPDX-License-Identifier: Apache-2.0
#
# HY300_TESTS='motor_* bridge_*' runs the tests of these names only.
# Prints the guest's KTAP and closes with the sum, `N passed, N failed`.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
"$here/build.sh"
passed=0 failed=0
for boot in driver-tests driver-tests-selfmade; do
  echo "== $boot: booting ($(sed -n 's/GUEST_RELEASE=//p' "$here/target/guest.env"))"
  log=$here/target/$boot.log
  # A guest that hangs is ended; its missing closing line then counts as a failure.
  timeout 300 "$here/boot.sh" "$boot" "hy300.test=$boot,$(echo "${HY300_TESTS:-*}" | tr ' ' ,)" </dev/null 2>&1 | sed -u 's/\r$//' | tee "$log"
  closing=$(grep -xE '[0-9]+ passed, [0-9]+ failed' "$log" | tail -n 1)
  if [ -z "$closing" ]; then
    echo "not ok $boot ended without its closing line; the console is in $log"
    failed=$((failed + 1))
    continue
  fi
  passed=$((passed + ${closing%% passed*}))
  closing=${closing#*, }
  failed=$((failed + ${closing%% failed*}))
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]

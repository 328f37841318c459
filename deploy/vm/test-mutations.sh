#!/bin/sh
# Breaks the drivers in one place after the other, and checks that the tests notice it each time.
# SPDX-License-Identifier: Apache-2.0
#
# usage: test-mutations.sh [PART-OF-A-NAME]
# A mutation is a sed expression for one file of kernel/. It is applied to a copy, and the debug kernel runs the tests that should fail. A
# mutation without a change, a build or an end is a failure as well, and so is a test that fails without a mutation.
# Prints KTAP, and the sum, `N passed, N failed`, at the end; the console of each run is in deploy/vm/target/mutation-*.log.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=$here/target
wanted=${1:-}
passed=0 failed=0
everything='motor_unbind_test motor_faults_test motor_moves_test motor_poll_test bridge_wait_test kmsgpipe_ioctl_test kmsgpipe_poll_test
  mips_firmware_test mips_orders_test tvcap_streaming_test'

# run LOG PARTS TESTS [MUTATION]: one boot; returns 0 if all passed, 1 if something failed, 2 without an end
run() {
  HY300_BOOTS=debug-selftests HY300_PARTS=$2 HY300_TESTS=$3 HY300_MUTATION=${4:-} "$here/test-drivers-debug.sh" >"$1" 2>&1 && return 0
  grep -q '^not ok' "$1" || return 2
  # A guest that hangs or crashes counts as well, if it got as far as its tests.
  grep -q '^# debug-selftests: ' "$1" && return 1
  return 2
}

result() {
  if [ "$1" -eq 0 ]; then passed=$((passed + 1)) said=ok; else failed=$((failed + 1)) said='not ok'; fi
  echo "$said $((passed + failed)) $2"
}

# mutation NAME FILE EXPRESSION PARTS TESTS
mutation() {
  case $1 in *"$wanted"*) ;; *) return 0 ;; esac
  log=$out/mutation-$(echo "$1" | tr -c 'a-z0-9\n' -).log
  status=0
  run "$log" "$4" "$5" "$2:$3" || status=$?
  case $status in
  0) result 1 "$1: nobody noticed; the console is in $log" ;;
  1) result 0 "$1: $(grep '^not ok' "$log" | head -n 1 | sed 's/^not ok *[0-9-]* *//')" ;;
  *)
    tail -n 5 "$log" | sed 's/^/# /'
    result 1 "$1: there was no run; the log is $log"
    ;;
  esac
}

if [ -z "$wanted" ]; then
  status=0
  run "$out/mutation-none.log" 'kunit selftests leaks' "$everything" || status=$?
  result $status "without a mutation all is green"
fi

mutation 'class: an index is never given back' drivers/misc/hy300/hy300-class.c \
  '/^static void hy300_unregister/,/^}/ s/ida_free(.*/;/' selftests motor_unbind_test
mutation 'exposition: a line may end one byte too late' drivers/misc/hy300/hy300-exposition.c \
  's/if (len < room)/if (len <= room)/' kunit none
mutation 'motor: the next phase may lie behind the table' drivers/misc/hy300-keystone-motor/hy300-keystone-motor-sequence.h \
  's/) % length;/) % (length + 1);/' kunit none
mutation 'motor: a position beyond the last is taken' drivers/misc/hy300-keystone-motor/hy300-keystone-motor-moves.c \
  's/target > motor->max_position/target > motor->max_position + 1/' selftests motor_moves_test
mutation 'motor: homed is not notified' drivers/misc/hy300-keystone-motor/hy300-keystone-motor-moves.c \
  '/{ HY300_MOTOR_HOMED, motor->homed }/d' selftests motor_poll_test
mutation 'motor: a fault is cleared without the lock' drivers/misc/hy300-keystone-motor/hy300-keystone-motor-moves.c \
  '/^void hy300_motor_clear_fault/,/^}/ { /mutex_/d }' selftests motor_faults_test
mutation 'bridge: no place is kept for a PING' drivers/misc/daedalus-v4l2/daedalus-v4l2-queue.c \
  's/places--;/;/' kunit none
mutation 'bridge: a waiting daemon is not woken' drivers/misc/daedalus-v4l2/daedalus-v4l2-chardev.c \
  '/^static void daedalus_wake/,/^}/ { /wake_up/d }' selftests bridge_wait_test
mutation 'kmsgpipe: a ring that was replaced is not freed' drivers/misc/kmsgpipe/kmsgpipe-ring.c \
  '/^static void kmsgpipe_ring_free_pages/,/^}/ { /kfree(ring);/d }' 'selftests leaks' kmsgpipe_ioctl_test
mutation 'kmsgpipe: a waiting writer is not woken' drivers/misc/kmsgpipe/kmsgpipe-main.c \
  '/if (freed)/,+1d' selftests kmsgpipe_poll_test
mutation 'mips: a lock is kept after half a firmware' drivers/misc/sunxi-mipsloader/sunxi-mipsloader-orders.c \
  '/if (mips->spoiled)/,/}/ { /mutex_unlock/d }' selftests mips_firmware_test
mutation 'mips: a corner beyond the last is taken' drivers/misc/sunxi-mipsloader/sunxi-mipsloader-logic.c \
  's/numbers\[count\] > SUNXI_MIPS_CORNER_MAX/numbers[count] > SUNXI_MIPS_CORNER_MAX + 1/' selftests mips_orders_test
mutation 'tvcap: buffers are not given back at the end of a stream' drivers/media/platform/sunxi/sunxi-tvcap/sunxi-tvcap-capture.c \
  's/sunxi_tvcap_return_buffers(tvcap, VB2_BUF_STATE_ERROR);/;/' selftests tvcap_streaming_test
mutation 'tvcap: a buffer is queued without the lock' drivers/media/platform/sunxi/sunxi-tvcap/sunxi-tvcap-capture.c \
  '/^void sunxi_tvcap_add_buffer/,/^}/ { /spin_/d; s/unsigned long flags;// }' selftests tvcap_streaming_test

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]

#!/bin/sh
# Loads the drivers, runs every test on every motor, unloads them, and looks at the kernel's log.
# SPDX-License-Identifier: GPL-2.0
#
# usage: run.sh DIRECTORY-OF-MODULES [NAME-OF-THE-RUN]
# Prints KTAP and closes with the sum, `N passed, N failed`.
modules=$1
run=${2:-driver-tests}
class=/sys/class/hy300
debugfs=/sys/kernel/debug/hy300-virtual-board
here=$(cd "$(dirname "$0")" && pwd)
results=$(mktemp)

# result STATUS NAME: one test of this script's own
result() {
  if [ "$1" -eq 0 ]; then echo "ok - $2"; else echo "not ok - $2"; fi | tee -a "$results"
}

load() { for module in "$@"; do insmod "$modules/$module.ko" || return; done; }
unload() { for module in "$@"; do rmmod "$module" || return; done; }

echo "# $run: $(uname -r)"
load hy300 hy300-keystone-motor hy300-virtual-board
result $? "the modules load"
! rmmod hy300 2>/dev/null
result $? "the class stays while a driver needs it"

motors=0
for motor in "$class"/*; do
  [ -e "$motor/position" ] || continue
  motors=$((motors + 1))
  # The tests' device tree calls motor and board by one letter; a board that makes itself is the only one.
  device=$(basename "$(readlink "$motor/device")")
  case $device in
  motor-*) board=$debugfs/virtual-board-${device#motor-} ;;
  *) board=$debugfs/hy300-virtual-board ;;
  esac
  name=$(basename "$motor")
  unit=${name#motor}
  for test in attributes moves faults poll exposition unbind; do
    echo "# $name ($device): $test"
    # A test that dies in the middle leaves its plan unfulfilled: that is a failure too.
    "$here/${test}_test" "$motor" "$board" "${unit:-0}" >"$results.out" 2>&1
    status=$?
    cat "$results.out"
    grep -E '^(not )?ok ' "$results.out" >>"$results"
    planned=$(sed -n 's/^1\.\.//p' "$results.out")
    [ "$(grep -cE '^(not )?ok ' "$results.out")" = "$planned" ] ||
      result 1 "$name: ${test}_test ended early with status $status"
  done
done
[ $motors -gt 0 ]
result $? "there is a motor to test"

unload hy300_keystone_motor hy300_virtual_board hy300
result $? "the modules unload"
[ ! -e $class ] && [ ! -e $debugfs ]
result $? "nothing is left of them"
load hy300 hy300-virtual-board hy300-keystone-motor && [ -e $class/motor/position ]
result $? "the modules load in another order"
! rmmod hy300_virtual_board 2>/dev/null
result $? "the board stays while a driver holds its lines"
echo 1 >$class/motor/home && unload hy300_keystone_motor hy300_virtual_board hy300
result $? "the modules unload in mid-move"

dmesg | grep -qE 'BUG|WARNING|Oops|Call [Tt]race|Unable to handle|hung task|refcount|does not fit'
[ $? -eq 1 ]
clean=$?
[ $clean -eq 0 ] || dmesg | sed 's/^/# /'
result $clean "the kernel's log is clean"

failed=$(grep -c '^not ok' "$results")
passed=$(grep -c '^ok' "$results")
echo "$passed passed, $failed failed"

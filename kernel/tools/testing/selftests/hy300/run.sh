#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Loads the drivers, runs every test on every device, unloads them, and looks at the kernel's log.
#
# usage: run.sh NAME-OF-THE-RUN ['PATTERN-OF-TESTS...']
# The drivers are where modprobe finds them. A test KIND_*_test runs once for each class device of
# its kind, every other one once.
# Prints KTAP and the metric attributes, in lines that begin with "metrics RUN/DEVICE: ", and closes
# with the sum, `N passed, N failed`.
run=$1
patterns=${2:-*}
class=/sys/class/hy300
debugfs=/sys/kernel/debug/hy300-virtual-board
here=$(cd "$(dirname "$0")" && pwd)
results=$(mktemp)
drivers="hy300-keystone-motor sunxi-mipsloader sunxi-tvcap daedalus-v4l2 kmsgpipe"
kinds="motor mips tvcap"

# result STATUS NAME: one test of this script's own
result() {
  if [ "$1" -eq 0 ]; then echo "ok - $2"; else echo "not ok - $2"; fi | tee -a "$results"
}

load() { for module in "$@"; do modprobe "$module" || return; done; }
unload() { for module in "$@"; do rmmod "$module" || return; done; }

# selected TEST: whether one of the patterns names it
selected() (
  set -f
  for pattern in $patterns; do
    # shellcheck disable=SC2254  # it is a pattern
    case $1 in $pattern) return 0 ;; esac
  done
  return 1
)

# run_test WHERE TEST ARGUMENTS: one program, and again as a 32-bit one where it was built so; one
# that dies or hangs leaves its plan unfulfilled, which is a failure too
run_test() {
  where=$1 test=$2
  shift 2
  selected "$test" || return 0
  for program in "$test" "armhf/$test"; do
    [ -e "$here/$program" ] || continue
    echo "# $where: $program"
    began=$(cut -d. -f1 /proc/uptime)
    timeout -k 5 $((600 * ${HY300_PATIENCE:-1})) "$here/$program" "$@" >"$results.out" 2>&1
    status=$?
    cat "$results.out"
    echo "# took $(($(cut -d. -f1 /proc/uptime) - began)) s"
    grep -E '^(not )?ok ' "$results.out" >>"$results"
    planned=$(sed -n 's/^1\.\.//p' "$results.out")
    [ "$(grep -cE '^(not )?ok ' "$results.out")" = "$planned" ] ||
      result 1 "$where: $program ended early with status $status"
  done
}

echo "# $run: $(uname -r)"
# shellcheck disable=SC2086  # a list of words
load hy300 $drivers hy300-virtual-board
result $? "the modules load"
! rmmod hy300 2>/dev/null
result $? "the class stays while a driver needs it"
exec 3<>/dev/daedalus-v4l2
! rmmod daedalus_v4l2 2>/dev/null
result $? "the bridge stays while a daemon has it open"
exec 3>&-

for kind in $kinds; do
  found=0
  for directory in "$class/$kind" "$class/$kind"[0-9]*; do
    [ -e "$directory" ] || continue
    found=$((found + 1))
    name=$(basename "$directory")
    unit=${name#"$kind"}
    # The device's parent is the board, whose knobs are named after it.
    board=$debugfs/$(basename "$(readlink -f "$directory/device/..")")
    for test in "$here/$kind"_*_test; do
      [ -e "$test" ] && run_test "$name" "$(basename "$test")" "$directory" "$board" "${unit:-0}"
    done
  done
  [ $found -gt 0 ]
  result $? "there is a $kind to test"
done
for test in "$here"/*_test "$here"/*_bench; do
  name=$(basename "$test")
  # What measures runs only when it is asked for.
  case $name in *_bench) [ "$patterns" = '*' ] && continue ;; esac
  for kind in $kinds; do
    case $name in "$kind"_*) continue 2 ;; esac
  done
  run_test "$run" "$name"
done

# Some families are there only with a firmware that the driver has loaded, and this test leaves one.
for directory in "$class"/mips*; do
  name=${directory##*/} unit=${directory##*/mips}
  "$here/mips_exposition_test" "$directory" \
    "$debugfs/$(basename "$(readlink -f "$directory/device/..")")" "${unit:-0}" >"$results.out" 2>&1
  loaded=$?
  [ $loaded -eq 0 ] || sed 's/^/# /' "$results.out"
  result $loaded "$name has a firmware for its metrics"
done
# What a scraper would read now; the host has promtool and the families that it shall find.
for directory in "$class"/*; do
  for attribute in "$directory"/*; do
    [ -f "$attribute" ] && cat "$attribute" 2>/dev/null >"$results.out"
    case $(head -n 1 "$results.out") in
    "# HELP "*) sed "s#^#metrics $run/${directory##*/}: #" "$results.out" ;;
    esac
    : >"$results.out"
  done
done

# shellcheck disable=SC2086  # a list of words
unload $drivers hy300-virtual-board hy300
result $? "the modules unload"
[ ! -e $class ] && [ ! -e $debugfs ] && [ ! -e /dev/daedalus-v4l2 ] &&
  [ ! -e /sys/kernel/debug/daedalus_v4l2 ]
result $? "nothing is left of them"
# shellcheck disable=SC2086  # a list of words
load hy300 hy300-virtual-board $drivers && [ -e $class/motor/position ]
result $? "the modules load in another order"
! rmmod hy300_virtual_board 2>/dev/null
result $? "the board stays while a driver holds its lines"
# shellcheck disable=SC2086  # a list of words
echo 1 >$class/motor/home && unload $drivers hy300-virtual-board hy300
result $? "the modules unload in mid-move"

# Other kernels for the same projectors have drivers of the same names.
if insmod "$here/taken_names-$(uname -r).ko"; then
  # shellcheck disable=SC2086  # a list of words
  load hy300 hy300-virtual-board $drivers && [ -e $class-fleet/motor/position ] &&
    [ -e $class-fleet/mips/state ] && [ ! -e $class/motor ] && [ -c /dev/hy300-mipsloader ]
  result $? "the modules load beside others of the same names"
  told="is another driver's, this one is (hy300-fleet|/dev/hy300-mipsloader)"
  [ "$(dmesg | grep -cE "$told")" = 2 ]
  result $? "each other name is told once"
  # shellcheck disable=SC2086  # a list of words
  unload $drivers hy300-virtual-board hy300 taken_names
  result $? "the modules unload beside others of the same names"
else
  result 1 "there is a module that takes the names"
fi

dmesg | grep -qE 'BUG|WARNING|Oops|Call [Tt]race|Unable to handle|hung task|refcount|does not fit'
[ $? -eq 1 ]
clean=$?
[ $clean -eq 0 ] || dmesg | sed 's/^/# /'
result $clean "the kernel's log is clean"

failed=$(grep -c '^not ok' "$results")
passed=$(grep -c '^ok' "$results")
echo "$passed passed, $failed failed"

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Runs what only a debug kernel can: its checks on all that the drivers do, failures on demand,
# KUnit, coverage.
#
# usage: run.sh debug-failures|debug-selftests|debug-storms ['PATTERN-OF-TESTS...']
# The drivers are those of dkms.conf beside this script, and where modprobe finds them. Each part
# has the kernel's log to itself: a report in it is a failure of that part.
# HY300_PARTS=kunit,storms,fuzz,failures,selftests,leaks,controls are all parts; each run has its
# own.
# Prints KTAP and closes with the sum, `N passed, N failed`.
run=$1
patterns=${2:-*}
here=$(cd "$(dirname "$0")" && pwd)
lib=/lib/modules/$(uname -r)
results=$(mktemp)
reports='BUG|WARNING|Oops|Call [Tt]race|Unable to handle|hung task|refcount|KASAN|UBSAN|ODEBUG'
reports="$reports|DMA-API|INFO: |detected!|UNBALANCED|suspicious"
# What the kernel's core says with a call trace when an allocation of its own is made to fail
asked_for='vmalloc error|page allocation failure|cannot create duplicate filename'

# In an order in which they can be loaded: whatever a module needs has fewer needs.
names=$(sed -n 's/^BUILT_MODULE_NAME.*="\(.*\)"/\1/p' "$here/dkms.conf")
modules=$(for name in $names; do
  awk -v "name=/$name.ko:" \
    'index("/" $1, name) { sub(":", "", $1); print NF, $1 }' "$lib/modules.dep"
done | sort -n | cut -d ' ' -f 2)

result() {
  if [ "$1" -eq 0 ]; then echo "ok - $2"; else echo "not ok - $2"; fi | tee -a "$results"
}

load() { for module in $modules; do modprobe "$(basename "$module" .ko)" || return; done; }

# A board stays while a driver holds its lines, so one pass over the modules is not enough.
unload() {
  for module in $modules $modules $modules; do rmmod "$(basename "$module" .ko)" 2>/dev/null; done
  ! grep -q '(O)' /proc/modules
}

chosen() { case ,$parts, in *,$1,*) ;; *) return 1 ;; esac; }

# part COMMAND NAME: runs it, then looks at the log that it has made
part() {
  part=$2
  chosen "$1" || return
  dmesg -c >/dev/null
  echo "# $run: $part"
  begin=$(cut -d . -f 1 /proc/uptime)
  { "$1" 2>&1; echo $? >"$results.status"; } | tee "$results.out" |
    awk '{ sub(/^[0-9]+ passed, [0-9]+ failed$/, "# &"); print; fflush() }'
  grep -E '^(not )?ok ' "$results.out" >>"$results"
  planned=$(sed -n 's/^1\.\.//p' "$results.out" | awk '{ sum += $1 } END { print sum + 0 }')
  [ "$(cat "$results.status")" -eq 0 ] &&
    [ "$(grep -cE '^(not )?ok [0-9]' "$results.out")" -ge "$planned" ]
  result $? "$part ends well"
  # videobuf2 counts a DQBUF that waits while somebody else frees the queue on both sides of that.
  case $1 in failures) expected=$asked_for ;; *) expected='^$' ;; esac
  dmesg -c | sed '/counters for queue [^,]*: UNBALANCED/ {
    N
    s/.*start_streaming: \([0-9]*\) stop_streaming: \1$/a DQBUF waited while its queue was freed/
  }' >"$results.log"
  awk -v expected="$expected" -v reports="$reports" '
    $0 ~ expected { of_core = 1 }
    /Call trace/ && of_core { of_core = 0; next }
    $0 ~ reports { exit found = 1 }
    END { exit found }' "$results.log"
  clean=$?
  [ $clean -eq 0 ] || sed 's/^/# /' "$results.log"
  result $clean "$part: no report of the kernel"
  echo "# $part took $(($(cut -d . -f 1 /proc/uptime) - begin)) s"
}

# Everything that came with the modules: classes, drivers, files, character devices.
# shellcheck disable=SC2012  # names without line feeds
offered() {
  ls -d /sys/class/* /sys/bus/platform/drivers/* /sys/kernel/debug/* /proc/[a-z]* /dev/* \
    2>/dev/null | sort
}

# with_modules COMMAND...: loads them, runs the command with what they offer, and unloads them
with_modules() {
  offered >"$results.before"
  load || echo "not ok - the modules load"
  sleep 1
  offered >"$results.after"
  targets=$(grep -vxFf "$results.before" "$results.after")
  # shellcheck disable=SC2086  # a list of words
  "$@" $targets
  status=$?
  unload || echo "not ok - the modules unload"
  return $status
}

# Suites stand at the margin of the log, their tests below them are indented.
kunit() {
  for suite in "$lib"/updates/*-kunit.ko; do
    name=$(basename "$suite" .ko)
    dmesg -c >/dev/null
    modprobe "$name" && rmmod "$name"
    dmesg | sed 's/^\[[^]]*\] //' | awk -v "module=$name" '
      /^(not )?ok / { suites++ }
      /^ *(not )?ok [0-9]/ { sub(/^ */, ""); sub(/ok [0-9]+( -)?/, "ok - KUnit:"); print; next }
      /Subtest|EXPECT|ASSERT|xpected|==/ { print "#" $0 }
      END { if (!suites) print "not ok - " module " has a suite that ends" }'
  done
  unload
}

selftests() { sh "$here/../run.sh" "$run" "$patterns"; }

storms() { with_modules "$here/storms_test"; }
fuzz() { with_modules "$here/fuzz_test"; }

failures() {
  offered >"$results.before"
  load
  offered >"$results.after"
  drivers=$(grep -vxFf "$results.before" "$results.after" | grep ^/sys/bus/platform/drivers/)
  unload
  # shellcheck disable=SC2046,SC2086  # lists of words
  "$here/failnth_test" $(for module in $modules; do echo "$lib/$module"; done) $drivers
  status=$?
  unload || echo "not ok - the modules unload"
  return $status
}

# An object counts as leaked once it is five seconds old; what only a stale register points to is
# seen by a second scan. Two leaks of failing allocations are the core's: __class_register() and
# __video_register_device() of 6.1 keep the name of what they give up.
leaks() {
  sleep 6
  for scan in first second; do
    echo scan >/sys/kernel/debug/kmemleak || return
    [ $scan = second ] || sleep 1
  done
  awk '
    function tell() {
      if (object && object !~ /kobject_set_name.*(__class|__video)_register/) {
        printf "%s", object
        told = 1
      }
    }
    /^unreferenced object/ { tell(); object = "" }
    { object = object $0 "\n" }
    END { tell(); exit told }' /sys/kernel/debug/kmemleak
}

# Each of these switches itself off when it has had enough, and would then find nothing more.
still_watching() {
  grep -q 'debug_locks: *1$' /proc/lockdep_stats
  result $? "lockdep was on all the time"
  (echo scan >/sys/kernel/debug/kmemleak) 2>/dev/null
  result $? "kmemleak was on all the time"
}

# planted BUG PATTERN: the control module commits it, and the kernel says so
planted() {
  dmesg -c >/dev/null
  insmod "$here/planted_bugs.ko" "bug=$1"
  if [ "$1" = leak ]; then leaks >"$results.log"; else dmesg >"$results.log"; fi
  rmmod planted_bugs
  grep -qE "$2" "$results.log"
  found=$?
  [ $found -eq 0 ] || sed 's/^/# /' "$results.log"
  result $found "planted bug is reported: $1"
}

# lockdep's come first: it goes to sleep with its first report, and with the first of KASAN's.
controls() {
  planted lock_left_out 'WARNING: .* lock_left_out'
  planted sleep_in_atomic 'BUG: sleeping function called from invalid context'
  planted shift_out_of_bounds 'UBSAN: shift-out-of-bounds'
  planted active_timer_freed 'ODEBUG: free active'
  planted lock_inversion 'possible circular locking dependency'
  planted leak 'planted_bugs'
  planted use_after_free 'KASAN: .*use-after-free'
  planted bound_off_by_one 'KASAN: .*out-of-bounds'
}

coverage() {
  echo "BEGIN COVERAGE"
  (cd /sys/kernel/debug/gcov && find . -name '*.gcda' | while read -r file; do
    mkdir -p "/tmp/gcov/$(dirname "$file")" && cat "$file" >"/tmp/gcov/$file"
  done)
  tar -c -C /tmp/gcov . | gzip | base64
  echo "END COVERAGE"
}

dmesg -n 1
echo "# $run: $(uname -r)"
for fault in failslab fail_page_alloc fail_usercopy; do
  echo 0 >/sys/kernel/debug/$fault/verbose
done
for fault in failslab fail_page_alloc; do
  echo N >/sys/kernel/debug/$fault/ignore-gfp-wait
done
echo 0 >/sys/kernel/debug/fail_page_alloc/min-order
# The caches are named on the kernel's command line: what kmemleak keeps of each allocation, say, is
# no allocation of the drivers.
echo Y >/sys/kernel/debug/failslab/cache-filter
echo scan >/sys/kernel/debug/kmemleak
echo clear >/sys/kernel/debug/kmemleak

case $run in
debug-failures) parts=kunit,failures,leaks ;;
debug-selftests) parts=selftests,leaks ;;
debug-storms) parts=storms,fuzz,leaks,controls ;;
esac
parts=${HY300_PARTS:-$parts}
part kunit "KUnit"
part storms "a storm"
part fuzz "fuzzing"
part failures "failing allocations"
part selftests "the driver tests"
part leaks "the search for leaks"
still_watching
coverage
# The last, because some of what watches goes to sleep with its first report.
chosen controls && controls

failed=$(grep -c '^not ok' "$results")
passed=$(grep -c '^ok' "$results")
echo "$passed passed, $failed failed"

#!/bin/sh
# Runs the drivers on the debug kernel: KUnit, storms, fuzz, failing allocations, driver tests, leaks, planted bugs, coverage.
# SPDX-License-Identifier: Apache-2.0
#
# Environment, for work on a driver:
#   HY300_BOOTS='debug-failures debug-selftests debug-storms'   only these boots
#   HY300_PARTS='kunit storms'   only these parts of a boot, see debug/run.sh of the driver tests
#   HY300_TESTS='motor_* bridge_*'   only driver tests with these names
#   HY300_SEED=NUMBER   repeats a storm and a fuzz
#   HY300_PATIENCE=5   factor on the driver tests' waiting times, compared with a stock kernel
#   HY300_MUTATION=FILE:EXPRESSION   first applies a sed expression to a file of kernel/, in the build's copy
# Coverage is checked only if nothing was left out.
# Prints the guests' KTAP, the drivers' line coverage, and the sum, `N passed, N failed`, at the end.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
kernel=$here/../../kernel
selftests=$kernel/tools/testing/selftests/hy300
out=$here/target
all='debug-failures debug-selftests debug-storms'
boots=${HY300_BOOTS:-$all}

say() { echo "== $*" >&2; }

"$here/build.sh"
# shellcheck source=/dev/null  # written by build.sh
. "$out/guest.env"
"$here/debug-kernel.sh" >"$out/debug.env"
# shellcheck source=/dev/null
. "$out/debug.env"
export DEBUG_KERNEL DEBUG_RELEASE

# The copy is kept between runs, and make rebuilds only the changes.
say "building the drivers for the debug kernel"
build=$out/kernel-debug
[ "$(cat "$build/.kernel" 2>/dev/null)" = "$DEBUG_KERNEL" ] || rm -rf "$build"
mkdir -p "$build"
echo "$DEBUG_KERNEL" >"$build/.kernel"
(cd "$kernel" && git ls-files -co --exclude-standard) | while read -r file; do
  cmp -s "$kernel/$file" "$build/$file" || { mkdir -p "$(dirname "$build/$file")" && cp "$kernel/$file" "$build/$file"; }
done
if [ -n "${HY300_MUTATION:-}" ]; then
  file=$build/${HY300_MUTATION%%:*}
  sed -i.orig -e "${HY300_MUTATION#*:}" "$file"
  ! cmp -s "$file" "$file.orig" || {
    echo "test-drivers-debug.sh: this changes nothing: $HY300_MUTATION" >&2
    exit 1
  }
fi
# make_modules DIRECTORY [VARIABLE=VALUE...]
make_modules() {
  directory=$1
  shift
  make -j "$(nproc)" -C "$DEBUG_HEADERS" M="$directory" ARCH=arm64 CROSS_COMPILE=aarch64-linux-gnu- UBSAN_SANITIZE=y "$@" \
    modules >"$directory.log" 2>&1 || {
    grep -E 'error|warning|\*\*\*' "$directory.log" | head -n 30 >&2
    echo "test-drivers-debug.sh: the drivers do not build for the debug kernel; the whole log is $directory.log" >&2
    exit 1
  }
}
make_modules "$build" GCOV_PROFILE=y
planted=$build/tools/testing/selftests/hy300/debug
make_modules "$planted"
names=$build/tools/testing/selftests/hy300/names
make_modules "$names"
make -s -C "$selftests/debug" CROSS_COMPILE=aarch64-linux-gnu- OUTPUT="$planted"

# The guest of the driver tests, with these modules and tests.
say "packing the guest"
tree=$out/tree
modules=$tree/lib/modules/$DEBUG_RELEASE
rm -rf "$tree"
mkdir "$tree"
gzip -dc "$out/driver-tests.cpio.gz" | (cd "$tree" && cpio --quiet -i -d)
# 32-bit programs are for the stock kernels: their C library needs system calls that this kernel lacks.
rm -rf "$tree/lib/modules" "$tree/selftests/armhf"
mkdir -p "$modules/updates" "$tree/selftests/debug"
xargs -I {} cp {} "$modules/updates" <"$build/modules.order"
: >"$modules/modules.order"
: >"$modules/modules.builtin"
depmod -b "$tree" "$DEBUG_RELEASE" 2>/dev/null
cp "$names/taken_names.ko" "$tree/selftests/taken_names-$DEBUG_RELEASE.ko"
cp "$planted"/*_test "$planted/run.sh" "$planted/planted_bugs.ko" "$kernel/dkms.conf" "$tree/selftests/debug"
(cd "$tree" && find . | cpio --quiet -o -H newc -R 0:0) | gzip -1 >"$out/debug.cpio.gz"
rm -rf "$tree"
for boot in $all; do
  ln -sf debug.cpio.gz "$out/$boot.cpio.gz"
  ln -sf driver-tests.dtb "$out/$boot.dtb"
done
ln -sf driver-tests-selfmade.dtb "$out/debug-storms.dtb"

# The A of slub_debug names the caches whose allocations fail. Unknown options of the kernel become the environment of the guest's first
# process.
options="log_buf_len=8M kasan_multi_shot no_hash_pointers slub_debug=A,kmalloc-*,kernfs* rcupdate.rcu_expedited=1 ${HY300_SEED:+HY300_SEED=$HY300_SEED}"
options="$options HY300_PATIENCE=${HY300_PATIENCE:-5} ${HY300_PARTS:+HY300_PARTS=$(echo "$HY300_PARTS" | tr ' ' ,)}"
# run BOOT...: one after the other. A guest that hangs is ended; its missing last line then counts as a failure.
run() {
  for boot in "$@"; do
    say "$boot: booting the debug kernel ($DEBUG_RELEASE)"
    HY300_KERNEL=debug HY300_LIMIT=3600 "$here/boot.sh" "$boot" \
      "hy300.script=debug/run.sh hy300.test=$boot,$(echo "${HY300_TESTS:-*}" | tr ' ' ,) $options" </dev/null 2>&1 |
      sed -u 's/\r$//' | tee "$out/$boot.log" | without_coverage
  done
}
# Coverage data is not readable.
without_coverage() { sed -u '/^BEGIN COVERAGE$/,/^END COVERAGE$/d'; }
# Two guests at a time; one shows its console live. They end with this script: a signal interrupts its waiting for jobs, and a guest notices
# that its job is gone.
trap 'kill $(jobs -p) 2>/dev/null; exit 1' INT TERM
shown='' others=''
for boot in $boots; do
  case $boot in debug-selftests) shown=$boot ;; *) others="$others $boot" ;; esac
done
# shellcheck disable=SC2086  # a list of words
run $others >"$out/others.log" &
# shellcheck disable=SC2086
run $shown &
wait
cat "$out/others.log"

passed=0 failed=0
for boot in $boots; do
  closing=$(grep -xE '[0-9]+ passed, [0-9]+ failed' "$out/$boot.log" | tail -n 1)
  if [ -z "$closing" ]; then
    echo "not ok $boot ended without its closing line; the console is in $out/$boot.log"
    failed=$((failed + 1))
    continue
  fi
  passed=$((passed + ${closing%% passed*}))
  closing=${closing#*, }
  failed=$((failed + ${closing%% failed*}))
done

if [ "$boots" = "$all" ] && [ -z "${HY300_TESTS:-}${HY300_PARTS:-}" ]; then
  status=0
  "$here/coverage.sh" "$build" "$kernel/dkms.conf" "$out/debug-failures.log" "$out/debug-selftests.log" "$out/debug-storms.log" || status=$?
  if [ $status -eq 0 ]; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]

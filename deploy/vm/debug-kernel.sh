#!/bin/sh
# Builds the arm64 debug kernel from Debian's kernel source, once, in the cache; prints its paths as shell variables.
# SPDX-License-Identifier: Apache-2.0
#
# usage: eval "$(deploy/vm/debug-kernel.sh)"
# Keeps the image and the files for building modules. The key is the source's version, the configuration and the scripts. A build takes five
# to eight minutes on two free cores.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cache=${HY300_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/hy300-fleet}
version=$("$here/fetch.sh" source-version)
[ -n "$version" ] || {
  echo "debug-kernel.sh: no linux-source-6.1 in Debian's package index; see $cache/apt/update.log" >&2
  exit 1
}
key=$(cat "$here/debug-kernel.config" "$here/debug-kernel.sh" | sha256sum | cut -c 1-12)
kernel=$cache/debug-kernel-$version-$key

print_paths() {
  cat <<END
DEBUG_RELEASE=$(cat "$kernel/build/include/config/kernel.release")
DEBUG_KERNEL=$kernel
DEBUG_HEADERS=$kernel/build
END
  exit
}
[ -e "$kernel/.complete" ] && print_paths

say() { echo "== $*" >&2; }

# Two builds in parallel would be slower, and the second one finds the result of the first.
exec 9>"$cache/debug-kernel.lock"
flock 9
[ -e "$kernel/.complete" ] && print_paths

work=$kernel.work
rm -rf "$kernel" "$work"
mkdir -p "$work"
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM
"$here/fetch.sh" source "$work/package"
say "unpacking linux-source-6.1 $version"
mkdir "$work/source"
tar -x -J -C "$work/source" --strip-components 1 -f "$work"/package/usr/src/linux-source-6.1.tar.xz
rm -rf "$work/package"

cd "$work/source"
export ARCH=arm64 CROSS_COMPILE=aarch64-linux-gnu- KCONFIG_NOTIMESTAMP=1
export KBUILD_BUILD_USER=hy300 KBUILD_BUILD_HOST=debug KBUILD_BUILD_TIMESTAMP='1970-01-01'
log=$kernel.log
failed() {
  tail -n 30 "$log" >&2
  echo "debug-kernel.sh: the debug kernel was not built: $1; the whole log is $log" >&2
  exit 1
}
{ make tinyconfig && scripts/kconfig/merge_config.sh -m .config "$here/debug-kernel.config" && make olddefconfig; } \
  >"$log" 2>&1 || failed "its configuration failed"
missing=$(grep -E '^(# )?CONFIG_' "$here/debug-kernel.config" | while read -r line; do
  grep -qxF "$line" .config && continue
  case $line in
  '# '*' is not set') option=${line#\# }; grep -q "^${option% is not set}=" .config || continue ;;
  esac
  echo "$line"
done)
[ -z "$missing" ] || failed "not to be had together: $(echo "$missing" | tr '\n' ' ')"

begin=$(date +%s)
say "building the debug kernel $version"
nice -n 5 make -j"$(nproc)" Image modules >"$log" 2>&1 &
build=$!
trap 'kill $build 2>/dev/null || :; rm -rf "$work"' EXIT
while sleep 5 && kill -0 $build 2>/dev/null; do
  elapsed=$(($(date +%s) - begin))
  [ $((elapsed % 30)) -ge 5 ] || say "debug kernel: $elapsed s, $(grep -cE '^  (CC|AS|LD|AR)' "$log") files, $(tail -n 1 "$log" | tr -s ' ')"
done
wait $build || failed "make failed"
trap 'rm -rf "$work"' EXIT

# The contents of Debian's header packages: makefiles, scripts, headers, and the kernel's symbols.
say "keeping what modules are built against"
mkdir -p "$work/kept/boot" "$work/kept/build"
release=$(cat include/config/kernel.release)
cp arch/arm64/boot/Image "$work/kept/boot/vmlinuz-$release"
{
  find . arch/arm64 -maxdepth 1 -name 'Makefile*'
  find . -name .config -o -name Module.symvers
  find include scripts arch/arm64/include \( -type f -o -type l \) ! -name '*.o' ! -name '*.cmd'
  find scripts/mod -name '*.o'
} | sort -u | tar -c -T - -f - | tar -x -C "$work/kept/build"
mv "$work/kept" "$kernel"
touch "$kernel/.complete"
rm -f "$log"
print_paths

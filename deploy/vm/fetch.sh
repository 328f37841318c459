#!/bin/sh
# Fetches Debian's arm64 kernel, headers, busybox and Java for the guest into the cache; prints the cache's paths as shell variables.
# SPDX-License-Identifier: Apache-2.0
#
# usage: eval "$(deploy/vm/fetch.sh)"
# Nothing is installed: apt works in a state directory of its own, the packages are only unpacked.
# HY300_CACHE moves the cache (default ~/.cache/hy300-fleet); a full cache is used without the network.
set -eu

cache=${HY300_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/hy300-fleet}
apt=$cache/apt
host=$(dpkg --print-architecture)
mkdir -p "$apt/lists/partial" "$apt/archives/partial"
[ -e "$apt/status" ] || : >"$apt/status"

say() { echo "== $*" >&2; }

private_apt() {
  tool=$1
  shift
  "$tool" -q -o Dir::State="$apt" -o Dir::State::status="$apt/status" -o Dir::State::lists="$apt/lists" \
    -o Dir::Cache="$apt" -o Dir::Cache::archives="$apt/archives" -o APT::Sandbox::User=root \
    -o APT::Architectures::="$host" -o APT::Architectures::=arm64 "$@"
}

# kernel_release ARCH: what the metapackage of Debian's kernel points at, such as 6.1.0-56
kernel_release() {
  private_apt apt-cache depends "linux-image-$1:$1" 2>/dev/null |
    sed -n "s/.*Depends: <\{0,1\}linux-image-\([^:>]*\)-$1.*/\1/p" | head -n 1
}

# candidate PACKAGE: the version that the index offers, as it may stand in a file name
candidate() {
  private_apt apt-cache policy "$1" | sed -n 's/.*Candidate: //p' | tr -c 'A-Za-z0-9.\n-' _
}

# unpack DIRECTORY PACKAGE...: downloads and unpacks, once
unpack() {
  dir=$1
  shift
  [ -e "$dir/.complete" ] && return
  say "fetching $*"
  rm -rf "$dir"
  mkdir -p "$dir/.deb"
  (cd "$dir/.deb" && private_apt apt-get download "$@" >/dev/null 2>"$dir/.log") || {
    cat "$dir/.log" >&2
    echo "fetch.sh: Debian's registry did not give: $*" >&2
    exit 1
  }
  for deb in "$dir"/.deb/*.deb; do dpkg-deb -x "$deb" "$dir"; done
  rm -rf "$dir/.deb" "$dir/.log"
  touch "$dir/.complete"
}

# headers RELEASE ARCH DIRECTORY: a kernel build directory out of unpacked header packages
headers() {
  unpack "$3" "linux-headers-$1-$2:$2" "linux-headers-$1-common" "linux-kbuild-6.1:$host"
  sed -i "s#^include .*#include $3/usr/src/linux-headers-$1-common/Makefile#" "$3/usr/src/linux-headers-$1-$2/Makefile"
}

# The registry's index is read again after a day, and kept when that fails.
if [ -z "$(find "$apt/updated" -mtime -1 2>/dev/null)" ]; then
  say "reading Debian's package index"
  if private_apt apt-get update >"$apt/update.log" 2>&1; then
    touch "$apt/updated"
  else
    say "the package index could not be read ($apt/update.log); going on with what is cached"
  fi
fi

release=$(kernel_release arm64)
[ -n "$release" ] || {
  echo "fetch.sh: no arm64 kernel in the package index; see $apt/update.log" >&2
  exit 1
}
kernel=$cache/kernel-$release-arm64
unpack "$kernel" "linux-image-$release-arm64:arm64"
arm64_headers=$cache/headers-$release-arm64
headers "$release" arm64 "$arm64_headers"
amd64_headers=$cache/headers-$release-amd64
headers "$release" amd64 "$amd64_headers"
tools=$cache/busybox-$(candidate busybox-static:arm64)
unpack "$tools" busybox-static:arm64
java=$cache/java-$(candidate openjdk-17-jre-headless:arm64)
unpack "$java" openjdk-17-jre-headless:arm64 libc6:arm64 zlib1g:arm64 libgcc-s1:arm64 libstdc++6:arm64

[ -e "$kernel/lib/modules/$release-arm64/modules.dep" ] || depmod -b "$kernel" "$release-arm64"

cat <<END
GUEST_RELEASE=$release-arm64
GUEST_KERNEL=$kernel
GUEST_HEADERS=$arm64_headers/usr/src/linux-headers-$release-arm64
AMD64_HEADERS=$amd64_headers/usr/src/linux-headers-$release-amd64
GUEST_BUSYBOX=$tools/bin/busybox
GUEST_JAVA=$java
END

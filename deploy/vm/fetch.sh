#!/bin/sh
# Downloads kernels and headers of Debian 12 and 13, busybox and Java for the guest to the cache; prints its paths as shell variables.
# SPDX-License-Identifier: Apache-2.0
#
# usage: eval "$(deploy/vm/fetch.sh projector)"   the parts of the guest projector
#        eval "$(deploy/vm/fetch.sh)"             also what the driver tests need
#        fetch.sh source-version      prints the version of Debian 12's kernel source
#        fetch.sh source DIRECTORY    unpacks the package of that source into DIRECTORY
# Installs nothing: apt works in a separate state directory, and packages are only unpacked.
# HY300_CACHE moves the cache (default ~/.cache/hy300-fleet); a full cache needs no network.
set -eu

cache=${HY300_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/hy300-fleet}
host=$(dpkg --print-architecture)
# One at a time, because two instances that unpack the same package would conflict.
mkdir -p "$cache"
exec 9>"$cache/lock"
flock 9

say() { echo "== $*" >&2; }

# private_apt TOOL ...: apt with the state and, if any, the sources of directory $apt
private_apt() {
  tool=$1
  shift
  [ ! -e "$apt/sources.list" ] ||
    set -- -o Dir::Etc::sourcelist="$apt/sources.list" -o Dir::Etc::sourceparts=/dev/null "$@"
  "$tool" -q -o Dir::State="$apt" -o Dir::State::status="$apt/status" -o Dir::State::lists="$apt/lists" \
    -o Dir::Cache="$apt" -o Dir::Cache::archives="$apt/archives" -o Dir::Cache::pkgcache=pkgcache.bin \
    -o Dir::Cache::srcpkgcache=srcpkgcache.bin -o APT::Sandbox::User=root \
    -o APT::Architectures::="$host" -o APT::Architectures::=arm64 "$@"
}

# suite DIRECTORY: selects this directory's index, which is updated daily, and kept if that fails
suite() {
  apt=$1
  mkdir -p "$apt/lists/partial" "$apt/archives/partial"
  [ -e "$apt/status" ] || : >"$apt/status"
  [ -z "$(find "$apt/updated" -mtime -1 2>/dev/null)" ] || return 0
  say "reading Debian's package index"
  if private_apt apt-get update >"$apt/update.log" 2>&1; then
    touch "$apt/updated"
  else
    say "the package index could not be read ($apt/update.log); going on with what is cached"
  fi
}

# kernel_release ARCH: the release that Debian's kernel metapackage depends on, such as 6.1.0-56
kernel_release() {
  private_apt apt-cache depends "linux-image-$1:$1" 2>/dev/null |
    sed -n "s/.*Depends: <\{0,1\}linux-image-\([^:>]*\)-$1.*/\1/p" | head -n 1
}

# candidate PACKAGE: the version in the index, made fit for a file name
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

# headers RELEASE ARCH DIRECTORY KBUILD: makes a kernel build directory from header packages
headers() {
  unpack "$3" "linux-headers-$1-$2:$2" "linux-headers-$1-common" "$4:$host"
  sed -i "s#^include .*#include $3/usr/src/linux-headers-$1-common/Makefile#" "$3/usr/src/linux-headers-$1-$2/Makefile"
}

# reviewers_scripts DIRECTORY: checkpatch and similar scripts, which are only in the kernel's full source
reviewers_scripts() {
  [ -e "$1/.complete" ] && return
  unpack "$1" linux-source-6.1
  rm "$1/.complete"
  tar -x -J -f "$1/usr/src/linux-source-6.1.tar.xz" -C "$1" --strip-components 1 --wildcards \
    'linux-source-6.1/scripts/*.pl' 'linux-source-6.1/scripts/spdx*' 'linux-source-6.1/scripts/spelling.txt' \
    'linux-source-6.1/scripts/*.checkpatch' linux-source-6.1/LICENSES linux-source-6.1/MAINTAINERS
  rm -r "${1:?}/usr"
  touch "$1/.complete"
}

# arm64_kernel: sets $release, $kernel and $arm64_headers to the suite's kernel
arm64_kernel() {
  release=$(kernel_release arm64)
  [ -n "$release" ] || {
    echo "fetch.sh: no arm64 kernel in the package index; see $apt/update.log" >&2
    exit 1
  }
  kernel=$cache/kernel-$release-arm64
  unpack "$kernel" "linux-image-$release-arm64:arm64"
  [ -e "$kernel/lib/modules/$release-arm64/modules.dep" ] || {
    [ -e "$kernel/lib" ] || ln -s usr/lib "$kernel/lib"
    depmod -b "$kernel" "$release-arm64"
  }
  arm64_headers=$cache/headers-$release-arm64
}

# Debian 13's headers need its gcc 14 and its C library; this makes them work with Debian 12's gcc 12.
use_host_compiler() {
  [ -e "$arm64_headers/.host-compiler" ] && return
  build=$arm64_headers/usr/src/linux-headers-$release-arm64
  modpost=$arm64_headers/usr/lib/linux-kbuild-$release/scripts/mod/modpost.real-lsb-64
  libc=$cache/libc-$(candidate libc6)
  unpack "$libc" libc6
  libc=$libc/usr/lib/x86_64-linux-gnu
  [ -e "$modpost.elf" ] || mv "$modpost" "$modpost.elf"
  printf '#!/bin/sh\nexec %s --library-path %s %s "$@"\n' "$libc/ld-linux-x86-64.so.2" "$libc" "$modpost.elf" >"$modpost"
  chmod 755 "$modpost"
  sed -i 's/gcc-[0-9]*$/gcc/' "$build/.kernelvariables"
  # kconfig's result for a compiler without -fmin-function-alignment, such as gcc before 14.
  sed -i -E '/CONFIG_CC_HAS_(MIN|SANE)_FUNCTION_ALIGNMENT\b/d' "$build/include/config/auto.conf" "$build/include/generated/autoconf.h"
  # With it, kbuild would make BTF for the modules, which needs a pahole as new as the kernel.
  rm -f "$build/vmlinux"
  touch "$arm64_headers/.host-compiler"
}

suite "$cache/apt"
case ${1:-} in
source-version) candidate linux-source-6.1; exit ;;
source) unpack "$2" linux-source-6.1; exit ;;
esac
arm64_kernel
headers "$release" arm64 "$arm64_headers" linux-kbuild-6.1
tools=$cache/busybox-$(candidate busybox-static:arm64)
unpack "$tools" busybox-static:arm64
# With libjpeg, which Java needs for snapshots.
java=$cache/java-$(candidate openjdk-17-jre-headless:arm64)-libjpeg-$(candidate libjpeg62-turbo:arm64)
unpack "$java" openjdk-17-jre-headless:arm64 libc6:arm64 zlib1g:arm64 libgcc-s1:arm64 libstdc++6:arm64 libjpeg62-turbo:arm64
cat <<END
GUEST_RELEASE=$release-arm64
GUEST_KERNEL=$kernel
GUEST_HEADERS=$arm64_headers/usr/src/linux-headers-$release-arm64
GUEST_BUSYBOX=$tools/bin/busybox
GUEST_JAVA=$java
END
[ "${1:-}" != projector ] || exit 0

amd64_headers=$cache/headers-$release-amd64
headers "$release" amd64 "$amd64_headers" linux-kbuild-6.1
amd64_headers=$amd64_headers/usr/src/linux-headers-$release-amd64
scripts=$cache/linux-scripts-$(candidate linux-source-6.1)
reviewers_scripts "$scripts"

# Debian 13 comes from the same mirror as Debian 12.
mkdir -p "$cache/apt-trixie"
# shellcheck disable=SC2016  # the words in $() are apt's
private_apt apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' \
  'Created-By: Packages' 'Origin: Debian' "Architecture: $host" | grep -v backports | sort -u |
  sed 's#^#deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] #; s/ bookworm/ trixie/' >"$cache/apt-trixie/sources.list"
suite "$cache/apt-trixie"
arm64_kernel
headers "$release" arm64 "$arm64_headers" "linux-kbuild-$release"
use_host_compiler
# Debian 12's v4l2-compliance reports newer kernels' additions to the interface as errors.
v4l=$cache/v4l-utils-$(candidate v4l-utils:arm64)
unpack "$v4l" v4l-utils:arm64 libv4l-0t64:arm64 libv4lconvert0t64:arm64 libjpeg62-turbo:arm64 libc6:arm64 \
  libgcc-s1:arm64 libstdc++6:arm64

cat <<END
AMD64_HEADERS=$amd64_headers
TRIXIE_RELEASE=$release-arm64
TRIXIE_KERNEL=$kernel
TRIXIE_HEADERS=$arm64_headers/usr/src/linux-headers-$release-arm64
LINUX_SCRIPTS=$scripts
GUEST_V4L=$v4l
END

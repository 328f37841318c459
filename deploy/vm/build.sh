#!/bin/sh
# Builds the guest's boot files in deploy/vm/target: drivers, device trees, and initramfs of the projector and the driver tests.
# SPDX-License-Identifier: Apache-2.0
#
# usage: build.sh              everything; also builds the modules for amd64, with sparse
#        build.sh projector    only what the guest projector and the Debian machines boot
# Does nothing if its inputs (kernel/, this directory, the fetched packages) have not changed since the last time.
# HY300_KERNELS='bookworm trixie' (the default) lists the kernels for the driver tests; `HY300_KERNELS=bookworm` is faster during work on a
# driver.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
kernel=$here/../../kernel
selftests=$kernel/tools/testing/selftests/hy300
out=$here/target
what=${1:-all}
kernels=${HY300_KERNELS:-bookworm trixie}
mkdir -p "$out"
"$here/fetch.sh" "$what" >"$out/guest.env.new"
echo 'GUEST_MACHINE="-M virt -cpu cortex-a53 -m 512 -smp 2"' >>"$out/guest.env.new"
# shellcheck source=/dev/null  # written by fetch.sh
. "$out/guest.env.new"

# The inputs of each part; after the build, a file next to it lists them.
inputs() {
  case $1 in
  projector) grep -E '^GUEST_(RELEASE|KERNEL|HEADERS|BUSYBOX|JAVA|MACHINE)=' "$out/guest.env.new" ;;
  all) echo "$kernels" && cat "$out/guest.env.new" ;;
  esac
  (cd "$kernel" && git ls-files -co --exclude-standard -z | sort -z | xargs -0 sha256sum)
  cat "$here"/*.sh "$here"/init "$here"/debian/init "$here"/*.dtsi
}
projector_key=$(inputs projector | sha256sum)
all_key=$(inputs all | sha256sum)
case $what in projector) key=$projector_key ;; *) key=$all_key ;; esac
[ "$(cat "$out/key-$what" 2>/dev/null)" = "$key" ] && exit 0
rm -f "$out"/key-*
mv "$out/guest.env.new" "$out/guest.env"

say() { echo "== $*" >&2; }

names=tools/testing/selftests/hy300/names/taken_names.ko

# build_modules NAME ARCH HEADERS CROSS: the drivers with one set of headers; a warning, also of sparse, fails the build
build_modules() {
  say "building the drivers for $2 ($(basename "$3"))"
  rm -rf "$out/kernel-$1"
  mkdir "$out/kernel-$1"
  (cd "$kernel" && git ls-files -co --exclude-standard -z | tar -c --null -T - -f -) | tar -x -C "$out/kernel-$1"
  log=$out/kernel-$1.log
  if ! make -j "$(nproc)" -C "$out/kernel-$1" KDIR="$3" ARCH="$2" CROSS_COMPILE="$4" W=1 C="$sparse" modules >"$log" 2>&1; then
    grep -E 'error|warning|\*\*\*' "$log" | head -n 30 >&2
    echo "build.sh: the drivers do not build for $2; the whole log is $log" >&2
    exit 1
  fi
  # A module for the tests, built separately: the projector does not get it.
  [ "$sparse" = 0 ] || [ "$2" != arm64 ] ||
    make -C "$3" M="$(dirname "$out/kernel-$1/$names")" ARCH="$2" CROSS_COMPILE="$4" modules >"$out/names-$1.log" 2>&1 || {
    echo "build.sh: $names does not build for $2; the whole log is $out/names-$1.log" >&2
    exit 1
  }
  if grep -iE 'warning|: error:|sparse:' "$log" | grep -v 'Skipping BTF' >&2; then
    echo "build.sh: the drivers build with warnings for $2; the whole log is $log" >&2
    exit 1
  fi
}

# install_modules NAME HEADERS KERNEL RELEASE: the guest's modules in modules-NAME: ours as installed by modules_install, and the stock ones
# that they and the guest's devices need
install_modules() {
  libs=$out/modules-$1
  rm -rf "$libs"
  make -s -C "$out/kernel-$1" KDIR="$2" ARCH=arm64 CROSS_COMPILE=aarch64-linux-gnu- \
    INSTALL_MOD_PATH="$libs" INSTALL_MOD_DIR=updates CONFIG_MODULE_SIG_ALL= modules_install >"$out/install.log" 2>&1 || {
    cat "$out/install.log" >&2
    exit 1
  }
  # Debian 13 compresses modules, which busybox cannot read.
  find "$libs" -name '*.ko.xz' -exec xz -d {} +
  find "$libs" -name '*.ko' -exec modinfo -F depends {} + | tr ',' '\n' | tr '_' '-' | sort -u >"$out/depends"
  find "$libs" -name '*.ko' -exec basename {} .ko \; | tr '_' '-' | sort >"$out/ours"
  # shellcheck disable=SC2046  # a list of words
  modprobe -a -d "$3" -S "$4" --show-depends virtio_mmio virtio_blk ext4 crc32c_generic 9pnet_virtio 9p virtio_net virtio_rng qemu_fw_cfg \
    $(comm -23 "$out/depends" "$out/ours") | awk '$1 == "insmod" && !seen[$2]++ { print $2 }' | while read -r module; do
    install -D -m 644 "$module" "$libs${module#"$3"}"
  done
  find "$libs" -name '*.ko.xz' -exec xz -d {} +
  cp "$3/lib/modules/$4"/modules.builtin* "$libs/lib/modules/$4"
  : >"$libs/lib/modules/$4/modules.order"
  depmod -b "$libs" "$4"
}

case $what in projector) sparse=0 ;; *) sparse=1 ;; esac
build_modules arm64 arm64 "$GUEST_HEADERS" aarch64-linux-gnu-
install_modules arm64 "$GUEST_HEADERS" "$GUEST_KERNEL" "$GUEST_RELEASE"
say "compiling the device trees"
# shellcheck disable=SC2086  # GUEST_MACHINE is a list of words
qemu-system-aarch64 $GUEST_MACHINE -machine "dumpdtb=$out/virt.dtb" -nographic -nodefaults 2>"$out/dumpdtb.log" ||
  { cat "$out/dumpdtb.log" >&2; exit 1; }
device_tree() {
  { dtc -q -I dtb -O dts "$out/virt.dtb"; cat "$2"; } | dtc -q -O dtb -o "$out/$1.dtb"
}
device_tree projector "$here/projector.dtsi"

# initramfs NAME: packs $tree, after the caller has added its own part
tree=$out/tree
new_tree() {
  rm -rf "$tree"
  mkdir -p "$tree/bin" "$tree/dev" "$tree/proc" "$tree/sys" "$tree/tmp" "$tree/etc" "$tree/lib"
  install -m 755 "$GUEST_BUSYBOX" "$tree/bin/busybox"
  ln -s busybox "$tree/bin/sh"
  install -m 755 "$here/init" "$tree/init"
  cp -r "$out/modules-arm64/lib/modules" "$tree/lib/modules"
}
initramfs() {
  (cd "$tree" && find . | cpio --quiet -o -H newc -R 0:0) | gzip -1 >"$out/$1.cpio.gz"
  rm -rf "$tree"
}

say "packing the projector"
new_tree
mkdir -p "$tree/mnt/java" "$tree/mnt/agent"
# Java comes over 9p; its loader, libraries and configuration are expected at their usual paths.
ln -s /mnt/java/lib/ld-linux-aarch64.so.1 /mnt/java/lib/aarch64-linux-gnu "$tree/lib"
ln -s mnt/java/usr "$tree/usr"
ln -s /mnt/java/etc/java-17-openjdk "$tree/etc/java-17-openjdk"
initramfs projector

say "packing the start of the Debian machines"
new_tree
rm -r "$tree"/lib/modules/*/updates
install -m 755 "$here/debian/init" "$tree/init"
mkdir -p "$tree/mnt"
initramfs debian

echo "$projector_key" >"$out/key-projector"
[ "$what" = all ] || exit 0

case $kernels in *trixie*)
  build_modules trixie arm64 "$TRIXIE_HEADERS" aarch64-linux-gnu-
  install_modules trixie "$TRIXIE_HEADERS" "$TRIXIE_KERNEL" "$TRIXIE_RELEASE"
  build_modules x86_64 x86_64 "$AMD64_HEADERS" ''
  ;;
esac

say "building the driver tests"
rm -rf "$out/selftests"
mkdir "$out/selftests"
make -s -C "$selftests" CROSS_COMPILE=aarch64-linux-gnu- OUTPUT="$out/selftests"

device_tree driver-tests "$selftests/boards.dtsi"
device_tree hardware "$selftests/hardware.dtsi"
dtc -q -I dtb -O dts "$out/virt.dtb" | dtc -q -O dtb -o "$out/driver-tests-selfmade.dtb"

say "packing the driver tests"
new_tree
[ ! -e "$out/modules-trixie" ] || cp -r "$out/modules-trixie/lib/modules/." "$tree/lib/modules"
cp -r "$out/selftests" "$tree/selftests"
for module in "$out"/kernel-arm64/$names "$out"/kernel-trixie/$names; do
  [ ! -e "$module" ] || cp "$module" "$tree/selftests/taken_names-$(modinfo -F vermagic "$module" | cut -d ' ' -f 1).ko"
done
# with_libraries FILE...: copies programs or libraries of v4l-utils, and the libraries that they need
with_libraries() {
  for file in "$@"; do
    [ ! -e "$tree/lib/$(basename "$file")" ] || continue
    case $file in *.so*) cp -L "$file" "$tree/lib" ;; *) install -m 755 "$file" "$tree/bin" ;; esac
    for name in $(readelf -d "$file" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'); do
      with_libraries "$(find "$GUEST_V4L" -name "$name" | head -n 1)"
    done
  done
}
with_libraries "$GUEST_V4L/usr/bin/v4l2-ctl" "$GUEST_V4L/usr/bin/v4l2-compliance"
initramfs driver-tests
ln -sf driver-tests.cpio.gz "$out/driver-tests-selfmade.cpio.gz"
ln -sf driver-tests.cpio.gz "$out/hardware.cpio.gz"

echo "$all_key" >"$out/key-all"

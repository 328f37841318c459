#!/bin/bash
# Runs a kernel reviewer's checks: checkpatch, spdxcheck, kernel-doc, the checks of ABI texts and bindings, DKMS. Prints KTAP.
# SPDX-License-Identifier: Apache-2.0
#
# Prints the sum, `N passed, N failed`, at the end. A check fails if it prints anything.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
kernel=$(cd "$here/../../kernel" && pwd)
"$here/build.sh"
out=$here/target
# shellcheck source=/dev/null  # written by fetch.sh
. "$out/guest.env"
scripts=$LINUX_SCRIPTS/scripts
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0

# check NAME COMMAND...: one test; the command's output is the reason of its failure
check() {
  local name=$1 said
  shift
  if said=$("$@" 2>&1) && [ -z "$said" ]; then
    passed=$((passed + 1))
    echo "ok $((passed + failed)) $name"
  else
    failed=$((failed + 1))
    [ -z "$said" ] || printf '%s\n' "$said" | sed 's/^/# /'
    echo "not ok $((passed + failed)) $name"
  fi
}

# The tree like a fresh clone, without build results
mkdir "$work/kernel"
(cd "$kernel" && git ls-files -co --exclude-standard -z | tar -c --null -T - -f -) | tar -x -C "$work/kernel"
cd "$work/kernel"
mapfile -t files < <(find . -type f ! -name .gitignore ! -name '*.md' | sed 's#^\./##' | sort)
mapfile -t sources < <(printf '%s\n' "${files[@]}" | grep '\.[ch]$')

# checkpatch_files OPTION...: checks the files on standard input, a few at a time
checkpatch_files() {
  xargs -P "$(nproc)" -n 16 perl "$scripts/checkpatch.pl" --no-tree --strict --terse --quiet --no-summary "$@" -f
}

checkpatch() {
  local compat=include/linux/hy300-compat.h status=0
  echo $compat | checkpatch_files --ignore LINUX_VERSION_CODE --ignore CONSTANT_COMPARISON || status=1
  # Tests are programs, and C11 keywords contain a capital letter.
  printf '%s\n' "${files[@]}" | grep '^tools/' | checkpatch_files --ignore CAMELCASE || status=1
  printf '%s\n' "${files[@]}" | grep -v -e '^tools/' -e "^$compat$" | checkpatch_files || status=1
  return $status
}

# spdxcheck reads a git tree whose LICENSES are laid out as the kernel's
spdxcheck() {
  cp -r "$LINUX_SCRIPTS/LICENSES" LICENSES
  git init -q . && git add -A && git -c user.name=check -c user.email=check@localhost commit -q -m check
  local status=0
  /usr/bin/python3 "$scripts/spdxcheck.py" "${files[@]}" || status=1
  rm -rf .git LICENSES
  return $status
}

kernel_doc() { perl "$GUEST_HEADERS/scripts/kernel-doc" -none "${sources[@]}"; }

# Only this file writes registers, because it checks which ones a driver may write; the virtual board has its own.
registers_in_one_file() {
  grep -rnE 'regmap_[a-z_]+\(|dev_get_regmap\(|\bwrite[bwlq](_relaxed)?\(|\biowrite|\b(memcpy_toio|memset_io)\(|ioremap|iomap\(' \
    drivers include | grep -v -e '^drivers/misc/hy300/hy300-registers.c:' -e '^drivers/misc/hy300-virtual-board/board.c:.*devm_regmap_init(dev, NULL,' || true
}

# Real boards have other devices there, so no example may use these addresses.
no_device_addresses() { grep -rniE '\b(0x)?0*(5700000|6800000|3061000)\b' . || true; }

abi() { perl "$scripts/get_abi.pl" validate --dir Documentation/ABI; }

maintainers() {
  local file
  for file in "${files[@]}"; do
    case $file in */*) ;; *) continue ;; esac
    perl "$scripts/get_maintainer.pl" --no-tree --mpath MAINTAINERS --no-git --no-git-fallback --no-l -f "$file" |
      grep -q . || echo "$file has no entry in MAINTAINERS"
  done
}

bindings=Documentation/devicetree/bindings
check_bindings() { (cd $bindings && dt-doc-validate -u "$PWD" .); }
schema() { dt-mk-schema -j -o "$work/schema.json" $bindings; }

# Compiles the examples of a binding, like the kernel's `make dt_binding_check`
example() {
  dt-extract-example "$1" >"$work/example.dts" &&
    cpp -nostdinc -undef -x assembler-with-cpp -I "$(dirname "$GUEST_HEADERS")/linux-headers-${GUEST_RELEASE%-*}-common/include" \
      "$work/example.dts" | dtc -q -O dtb -o "$work/example.dtb" &&
    dt-validate -m -s "$work/schema.json" "$work/example.dtb"
}

# device_tree NAME: complaints about our device tree, without QEMU's own nodes and those of Linux drivers that the tests use
device_tree() {
  dt-validate -m -s "$work/schema.json" "$out/virt.dtb" 2>&1 | sed 's#^[^:]*/##' | sort >"$work/qemu"
  dt-validate -m -s "$work/schema.json" "$out/$1.dtb" 2>&1 | sed "s#^[^:]*/$1.dtb#virt.dtb#" | sort | comm -13 "$work/qemu" - |
    grep -v -e "'allwinner,sun8i-h3-r-ccu'" -e "'wd,mbl-gpio'" || true
}

dkms_build() {
  local version tree=$work/dkms
  version=$(sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' dkms.conf)
  mkdir -p "$tree/tree" "$tree/source" "$tree/install"
  cp -r . "$tree/source/hy300-$version"
  for verb in add build; do
    dkms $verb -m hy300 -v "$version" --dkmstree "$tree/tree" --sourcetree "$tree/source" --installtree "$tree/install" \
      -k "$(basename "${AMD64_HEADERS#*linux-headers-}")" -a x86_64 --kernelsourcedir "$AMD64_HEADERS" --no-depmod >"$tree/log" 2>&1 || {
      cat "$tree/log" "$tree"/tree/hy300/*/build/make.log
      return 1
    }
  done
  # dkms.conf names each module that Kbuild builds
  diff <(find "$out/kernel-x86_64" -name '*.ko' -printf '%f\n' | sort) \
    <(find "$tree/tree" -path '*/module/*' -printf '%f\n' | sed 's/\.ko.*/.ko/' | sort)
}

modules_install() {
  make -s -C "$out/kernel-x86_64" KDIR="$AMD64_HEADERS" INSTALL_MOD_PATH="$work/root" CONFIG_MODULE_SIG_ALL= DEPMOD=true \
    modules_install >"$work/log" 2>&1 || { cat "$work/log"; return 1; }
  diff <(find "$out/kernel-x86_64" -name '*.ko' -printf '%f\n' | sort) <(find "$work/root" -name '*.ko' -printf '%f\n' | sort)
}

echo "TAP version 13"
check "checkpatch --strict is content" checkpatch
check "licence identifiers" spdxcheck
check "kernel-doc" kernel_doc
check "registers are written in one file" registers_in_one_file
check "no node is at a device's address" no_device_addresses
check "ABI texts" abi
check "each file has a maintainer" maintainers
check "bindings" check_bindings
check "bindings as a schema" schema
for binding in $(find $bindings -name '*.yaml' | sort); do
  check "example of $(basename "$binding")" example "$binding"
done
for tree in projector driver-tests hardware; do
  check "device tree $tree" device_tree $tree
done
check "dkms builds the modules" dkms_build
check "modules_install installs them" modules_install
echo "1..$((passed + failed))"
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]

#!/bin/sh
# Makes the disk of an arm64 Debian 12 with systemd, sshd and our packages' dependencies, once; prints its path in the cache.
# SPDX-License-Identifier: Apache-2.0
#
# usage: disk.sh    after fetch.sh; as root if there is none for this script and the guest's kernel
# Includes Java, which an emulated processor needs minutes to unpack. qemu-user runs the arm64 programs during the build.
# HY300_CACHE moves the cache (default ~/.cache/hy300-fleet).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=/dev/null  # written by fetch.sh
. "$here/../target/guest.env"
cache=${HY300_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/hy300-fleet}
key=$(cat "$0" "$here/../target/guest.env" | sha256sum | cut -c 1-12)
disk=$cache/debian-arm64-$key.ext4
exec 9>"$cache/debian-arm64.lock"
flock 9
[ ! -e "$disk" ] || { touch "$disk"; echo "$disk"; exit; }

[ "$(id -u)" -eq 0 ] || { echo "disk.sh: a Debian tree is made as root: call it with sudo" >&2; exit 1; }
register=/proc/sys/fs/binfmt_misc
if [ ! -e "$register/qemu-aarch64" ]; then
  [ -e "$register/register" ] || mount -t binfmt_misc none "$register"
  cat /usr/lib/binfmt.d/qemu-aarch64.conf >"$register/register"
fi

echo "== making a Debian 12 for arm64 (once; some minutes)" >&2
tree=$cache/debian-arm64.new
log=$tree.log
rm -rf --one-file-system "$tree"
if ! mmdebstrap --arch=arm64 --variant=minbase --mode=root \
  --include=systemd-sysv,udev,dbus,libpam-systemd,systemd-timesyncd,kmod,iproute2,openssh-server,curl \
  --include=openjdk-17-jre-headless \
  --aptopt='APT::Install-Recommends "false"' --aptopt='Acquire::Languages "none"' --dpkgopt=force-unsafe-io \
  --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
  bookworm "$tree" >"$log" 2>&1; then
  tail -n 20 "$log" >&2
  echo "disk.sh: mmdebstrap failed; its whole log is $log" >&2
  exit 1
fi
# The kernel's package would build an initramfs, which takes qemu-user ten minutes and is not used.
cp -r "$GUEST_KERNEL/lib/modules/." "$tree/lib/modules"
install -D -m 644 "$GUEST_KERNEL/boot/System.map-$GUEST_RELEASE" "$tree/boot/System.map-$GUEST_RELEASE"
systemctl -q --root="$tree" enable systemd-networkd
rm -f "$disk.new"
truncate -s 6G "$disk.new"
mkfs.ext4 -q -d "$tree" "$disk.new"
rm -rf --one-file-system "$tree" "$log"
mv "$disk.new" "$disk"
# Another checkout may use one, but not for a week.
find "$cache" -maxdepth 1 -name 'debian-arm64-*.ext4*' -mtime +6 -delete
echo "$disk"

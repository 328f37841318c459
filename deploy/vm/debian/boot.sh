#!/bin/sh
# Boots a projector with Debian, systemd and sshd; its console is standard output, and it ends with its parent process.
# SPDX-License-Identifier: Apache-2.0
#
# usage: boot.sh FILES ADDRESS
#   FILES    directory with the machine's own files, from etc/hostname to root/.ssh/authorized_keys
#   ADDRESS  the host's address for its sshd
# It can reach everything that the host can reach.
# Its changes of the disk are discarded when it ends.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=$here/../target
# shellcheck source=/dev/null  # written by fetch.sh
. "$out/guest.env"
disk=$("$here/disk.sh")
# shellcheck disable=SC2086  # a list of words
exec setpriv --pdeathsig KILL qemu-system-aarch64 $GUEST_MACHINE -dtb "$out/projector.dtb" -accel tcg -nographic -nodefaults -snapshot -serial stdio \
  -kernel "$GUEST_KERNEL/boot/vmlinuz-$GUEST_RELEASE" -initrd "$out/debian.cpio.gz" \
  -append "console=ttyAMA0 quiet net.ifnames=0 systemd.show_status=false" \
  -drive "if=none,id=disk,format=raw,file=$disk" -device virtio-blk-device,drive=disk \
  -fsdev "local,id=machine,path=$1,security_model=none,readonly=on" -device virtio-9p-device,fsdev=machine,mount_tag=machine \
  -netdev "user,id=net,hostfwd=tcp:$2:22-:22" -device virtio-net-device,netdev=net \
  -device virtio-rng-device

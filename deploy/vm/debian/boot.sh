#!/bin/sh
# Boots a Debian guest with systemd as one of a fleet's machines; its console is standard output, and it dies with whoever started it.
# SPDX-License-Identifier: Apache-2.0
#
# usage: boot.sh fleet|projector FILES ADDRESS LAN [PORT...]
#   FILES    directory with what this machine has beside its disk, from etc/hostname to root/.ssh/authorized_keys
#   ADDRESS  where its ports are on the host, such as 127.0.0.2
#   LAN      socket of the network between the machines; the fleet's machine makes it, so it is started first
# What it writes on its disk is gone when it ends.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=$here/../target
# shellcheck source=/dev/null  # written by fetch.sh
. "$out/guest.env"
what=$1 files=$2 address=$3 lan=$4
shift 4
forwards=
for port in "$@"; do forwards="$forwards,hostfwd=tcp:$address:$port-:$port"; done
machine=$GUEST_MACHINE
case $what in
fleet)
  mac=52:54:00:00:77:01
  machine="-M virt -cpu cortex-a53 -m 1024 -smp 2"
  set -- -netdev "stream,id=lan,server=on,addr.type=unix,addr.path=$lan"
  ;;
projector)
  mac=52:54:00:00:77:07
  set -- -dtb "$out/projector.dtb" -netdev "stream,id=lan,server=off,addr.type=unix,addr.path=$lan"
  ;;
*) echo "boot.sh: no machine '$what'; there are fleet and projector" >&2; exit 2 ;;
esac
# shellcheck disable=SC2086  # a list of words
exec setpriv --pdeathsig KILL qemu-system-aarch64 $machine -accel tcg -nographic -nodefaults -snapshot -serial stdio \
  -kernel "$GUEST_KERNEL/boot/vmlinuz-$GUEST_RELEASE" -initrd "$out/debian.cpio.gz" \
  -append "console=ttyAMA0 quiet net.ifnames=0 systemd.show_status=false" \
  -drive "if=none,id=disk,format=raw,file=$("$here/disk.sh")" -device virtio-blk-device,drive=disk \
  -fsdev "local,id=machine,path=$files,security_model=none,readonly=on" -device virtio-9p-device,fsdev=machine,mount_tag=machine \
  -netdev "user,id=net$forwards" -device virtio-net-device,netdev=net -device "virtio-net-device,netdev=lan,mac=$mac" \
  -device virtio-rng-device "$@"

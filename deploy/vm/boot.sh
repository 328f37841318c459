#!/bin/sh
# Boots the guest; its console is standard input and output, and it ends with its parent process.
# SPDX-License-Identifier: Apache-2.0
#
# usage: boot.sh projector|driver-tests|hardware COMMANDLINE [OPTION-OF-QEMU...]
# HY300_KERNEL=trixie boots Debian 13's kernel instead of Debian 12's, HY300_KERNEL=debug the one of $DEBUG_KERNEL.
# HY300_LIMIT=900 ends the guest after this many seconds.
# HY300_SHARE=directory makes the directory available to the projector as /mnt/share.
# HY300_BROKER_PASSWORD_FILE=file makes the projector's agent log in to the broker as hy300 with the password in that file.
# build.sh builds the boot files; the guest's init describes the words of the command line.
set -eu
here=$(dirname "$0")
out=$here/target
# shellcheck source=/dev/null  # written by fetch.sh
. "$out/guest.env"
case ${HY300_KERNEL:-bookworm} in
trixie) GUEST_KERNEL=$TRIXIE_KERNEL GUEST_RELEASE=$TRIXIE_RELEASE ;;
debug) GUEST_KERNEL=$DEBUG_KERNEL GUEST_RELEASE=$DEBUG_RELEASE ;;
esac
what=$1
commandline=$2
shift 2
if [ "$what" = projector ]; then
  agent=$(cd "$here/../../edge-agent/target/hy300-agent" && pwd)
  set -- "$@" -fsdev "local,id=java,path=$GUEST_JAVA,security_model=none,readonly=on" \
    -device virtio-9p-device,fsdev=java,mount_tag=java \
    -fsdev "local,id=agent,path=$agent,security_model=none,readonly=on" \
    -device virtio-9p-device,fsdev=agent,mount_tag=agent \
    -netdev user,id=net -device virtio-net-device,netdev=net -device virtio-rng-device
  if [ -n "${HY300_SHARE:-}" ]; then
    set -- "$@" -fsdev "local,id=share,path=$HY300_SHARE,security_model=none,readonly=on" \
      -device virtio-9p-device,fsdev=share,mount_tag=share
  fi
  if [ -n "${HY300_BROKER_PASSWORD_FILE:-}" ]; then
    set -- "$@" -fw_cfg "name=opt/org.hy300/broker-password,file=$HY300_BROKER_PASSWORD_FILE"
  fi
fi
# The guest ends with its parent process, and with timeout if its time is limited.
ends='setpriv --pdeathsig KILL'
[ -z "${HY300_LIMIT:-}" ] || ends="setpriv --pdeathsig TERM timeout --foreground -k 10 $HY300_LIMIT $ends"
# KVM is deliberately unused: an arm64 guest cannot have it on amd64, and a run should be the same everywhere.
# shellcheck disable=SC2086  # GUEST_MACHINE is a list of words, and so is $ends
exec $ends qemu-system-aarch64 $GUEST_MACHINE -accel tcg -nographic -nodefaults -no-reboot \
  -serial stdio -kernel "$GUEST_KERNEL/boot/vmlinuz-$GUEST_RELEASE" -initrd "$out/$what.cpio.gz" -dtb "$out/$what.dtb" \
  -append "console=ttyAMA0 quiet panic=-1 $commandline" "$@"

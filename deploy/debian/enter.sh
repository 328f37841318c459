#!/bin/bash
# Runs a command in a Debian tree as if on a machine of its own; its processes and mounts end with it.
# SPDX-License-Identifier: Apache-2.0
#
# usage: enter.sh TREE COMMAND...
#        enter.sh --boot TREE         systemd as the first process
# The network is the caller's.
# /proc/sys and /sys belong to this machine, so they are read-only inside, except /sys/devices, which the agent needs.
set -eu
namespaces=(--mount --pid --fork --uts --ipc)
if [ "$1" = --boot ]; then
  shift
  namespaces+=(--cgroup)
  set -- "$1" /lib/systemd/systemd --log-target=null
fi
# shellcheck disable=SC2016  # the inner shell's own
exec setpriv --pdeathsig KILL unshare "${namespaces[@]}" --kill-child=KILL bash -eu -c '
  tree=$1
  shift
  mount --make-rprivate /
  mount --bind "$tree" "$tree"
  cd "$tree"
  mount -t proc proc proc
  mount --bind proc/sys proc/sys
  mount -o remount,bind,ro proc/sys
  mount -t sysfs sysfs sys
  mount --bind sys/devices sys/devices
  mount -o remount,bind,ro sys
  mount -t tmpfs -o mode=755 dev dev
  for node in null zero full random urandom tty; do
    touch dev/$node
    mount --bind /dev/$node dev/$node
  done
  ln -s /proc/self/fd dev/fd
  ln -s pts/ptmx dev/ptmx
  mkdir dev/pts dev/shm
  mount -t devpts -o newinstance,ptmxmode=0666 devpts dev/pts
  mount -t tmpfs shm dev/shm
  if [ "$1" = /lib/systemd/systemd ]; then
    mount -t cgroup2 cgroup2 sys/fs/cgroup
    mount -t tmpfs -o mode=755 run run
    mount -t tmpfs tmp tmp
    export container=hy300
  fi
  # Not chroot: a process in one may not create user namespaces, which PrivateUsers= needs.
  pivot_root . .
  umount -l .
  exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive ${container:+container=$container} "$@"
' bash "$@"

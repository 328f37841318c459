#!/bin/sh
# Runs a command beside what the guides of docs/ are followed on: a Debian tree, the disk of two machines, a network of their own.
# SPDX-License-Identifier: Apache-2.0
#
# usage: guides.sh COMMAND...    as root, after `make package`; the tree is /mnt/tree
# The command has no network but loopback, all of whose ports are free. Nothing outlives it: processes, mounts, files.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
case ${HY300_GUIDES:-} in
'')
  [ "$(id -u)" -eq 0 ] || { echo "guides.sh: namespaces and mounts are made by root: call it with sudo" >&2; exit 1; }
  "$here/disk.sh" >/dev/null
  HY300_GUIDES=$("$here/../../debian/tree.sh")
  export HY300_GUIDES
  exec setpriv --pdeathsig KILL unshare --mount --pid --fork --mount-proc --kill-child=KILL "$0" "$@"
  ;;
esac
work=/mnt
mount -t tmpfs guides $work
mkdir $work/changes $work/overlay $work/tree
mount -t overlay -o "lowerdir=$HY300_GUIDES,upperdir=$work/changes,workdir=$work/overlay" overlay $work/tree
for shown in dev proc; do mount --rbind /$shown $work/tree/$shown; done
log=$(mktemp)
# A fresh machine that reaches others. What the guides have it install is fetched now: later there is no way out.
prepare() { DEBIAN_FRONTEND=noninteractive chroot $work/tree apt-get install -q -y "$@" >"$log" 2>&1; }
{ prepare --no-install-recommends openssh-client && prepare --download-only default-jre-headless openssl; } || {
  tail -n 5 "$log" >&2
  echo "guides.sh: the tree does not get its packages; the whole log is $log" >&2
  exit 1
}
rm "$log"
unset HY300_GUIDES
# shellcheck disable=SC2016  # the inner shell's own
exec unshare --net sh -euc 'ip link set lo up; exec "$@"' sh "$@"

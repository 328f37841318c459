#!/bin/bash
# Makes a plain Debian 12 (amd64) with the dependencies of our packages in its cache, once a month; prints its directory.
# SPDX-License-Identifier: Apache-2.0
#
# HY300_CACHE moves the cache (default ~/.cache/hy300-fleet).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cache=${HY300_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/hy300-fleet}
mirror=http://deb.debian.org/debian
# Downloaded and not installed, so that apt finds them later.
packages=(systemd systemd-sysv dkms linux-headers-amd64 openssh-client openssh-server curl procps iproute2 mosquitto mosquitto-clients prometheus)
# With recommended packages, like the reader's own machine in docs/guides/install.md.
recommending=(default-jre-headless openssl)
mkdir -p "$cache"
exec 9>"$cache/debian.lock"
flock 9
tree=$cache/debian-12-$(date +%Y-%m)-$(sha256sum <"$here/tree.sh" | head -c 12)
if [ ! -d "$tree" ]; then
  echo "== making a Debian 12 to test in" >&2
  rm -rf --one-file-system "$tree.new"
  log=$cache/debian-12.log
  {
    # Its mounts end with it, even if it is killed.
    unshare --mount debootstrap --variant=minbase bookworm "$tree.new" $mirror
    printf 'deb %s bookworm main\ndeb %s bookworm-updates main\ndeb %s-security bookworm-security main\n' $mirror $mirror $mirror \
      >"$tree.new/etc/apt/sources.list"
    # Installing a package must not start services.
    printf '#!/bin/sh\nexit 101\n' >"$tree.new/usr/sbin/policy-rc.d"
    chmod 755 "$tree.new/usr/sbin/policy-rc.d"
    cp -L /etc/resolv.conf "$tree.new/etc/resolv.conf"
    # apt would delete its downloads.
    echo 'APT::Keep-Downloaded-Packages "true"; Binary::apt::APT::Keep-Downloaded-Packages "true";' >"$tree.new/etc/apt/apt.conf.d/99keep"
    # dpkg need not wait for the disk.
    echo force-unsafe-io >"$tree.new/etc/dpkg/dpkg.cfg.d/unsafe-io"
    "$here/enter.sh" "$tree.new" apt-get update -q
    "$here/enter.sh" "$tree.new" apt-get dist-upgrade -q -y
    "$here/enter.sh" "$tree.new" apt-get install -q -y --no-install-recommends --download-only "${packages[@]}"
    "$here/enter.sh" "$tree.new" apt-get install -q -y --download-only "${recommending[@]}"
  } >"$log" 2>&1 || {
    tail -n 20 "$log" >&2
    echo "tree.sh: no Debian tree was made; the whole log is $log" >&2
    exit 1
  }
  mv "$tree.new" "$tree"
fi
touch "$tree"
# Another checkout may use one, but not for a week; the same holds for the remains of a killed test.sh.
find "$cache" -maxdepth 1 \( -name 'debian-12-*' -o -name 'debian-test.*' \) -mtime +6 -exec rm -rf --one-file-system {} +
echo "$tree"

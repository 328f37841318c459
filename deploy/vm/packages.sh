#!/bin/sh
# Installs missing Debian packages for the named parts of the build; prints nothing if there are none.
# SPDX-License-Identifier: Apache-2.0
#
# usage: packages.sh PACKAGE...
set -eu

missing=
for package in "$@"; do
  dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

as_root=
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || {
    echo "packages.sh: these Debian packages are missing, and there is no sudo to install them:$missing" >&2
    exit 1
  }
  as_root=sudo
fi

echo "== installing Debian packages:$missing"
log=$(mktemp)
policy=/usr/sbin/policy-rc.d
# The tests start brokers and Prometheus on their own ports, so Debian must not start its services.
if [ ! -e $policy ]; then
  printf '#!/bin/sh\nexit 101\n' | $as_root tee $policy >/dev/null
  $as_root chmod 755 $policy
  trap '$as_root rm -f $policy' EXIT
fi
# shellcheck disable=SC2086  # a list of words
if ! { $as_root apt-get update -q && $as_root env DEBIAN_FRONTEND=noninteractive \
  apt-get install -q -y --no-install-recommends $missing; } >"$log" 2>&1; then
  tail -n 20 "$log" >&2
  echo "packages.sh: apt-get could not install$missing; its log is $log" >&2
  exit 1
fi
rm -f "$log"

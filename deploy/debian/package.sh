#!/bin/bash
# Builds the Debian packages from the programs that Maven has built.
# SPDX-License-Identifier: Apache-2.0
#
# usage: package.sh                      all of them, into target/packages
#        package.sh VERSION DIRECTORY    those for amd64 with another version, to test an upgrade
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
out=$(realpath -m "${2:-$root/target/packages}")
work=$root/target/debian
stage=$work/hy300-fleet

# lay_out: copies the input of the recipe next to it
lay_out() {
  rm -rf "$work"
  mkdir -p "$stage/programs" "$stage/build"
  cp -a "$here" "$stage/debian"
  cp -a "$root/edge-agent/target/hy300-agent" "$root/collector/target/hy300-collector" "$root/cli/target/hy300" "$stage/programs/"
  rm -f "$stage/programs/hy300/lib/hy300.jsa"
  cp -a "$root/cli/src/main/package/archive.sh" "$stage/programs/hy300/"
  cp -a "$root/deploy/mosquitto/hy300-pki" "$stage/programs/"
  (cd "$root" && git ls-files -co --exclude-standard -z kernel deploy/mosquitto deploy/prometheus deploy/grafana docs |
    xargs -0 cp -a --parents -t "$stage")
  mkdir "$stage/modules"
  find "$root"/deploy/vm/target/modules-arm64/lib/modules/*/updates -name '*.ko' -exec cp -a -t "$stage/modules" {} +
  aarch64-linux-gnu-strip --strip-debug "$stage"/modules/*.ko
  # DKMS identifies the drivers by the package's version, so it rebuilds them for a new one.
  sed -i 's/^PACKAGE_VERSION=.*/PACKAGE_VERSION="#MODULE_VERSION#"/' "$stage/kernel/dkms.conf"
}

# build OPTION...: one run of dpkg-buildpackage, silent unless it fails
build() {
  (cd "$stage" && dpkg-buildpackage --no-sign -d "$@") >"$work/build.log" 2>&1 || {
    tail -n 30 "$work/build.log" >&2
    echo "package.sh: the packages were not made; the whole log is $work/build.log" >&2
    exit 1
  }
}

"$root/deploy/vm/build.sh" projector
lay_out
if [ $# -gt 0 ]; then
  sed -i "1s/(.*)/($1)/" "$stage/debian/changelog"
  build -b -a amd64
else
  build -b -a amd64
  build -B -a arm64
  build -B -a armhf
fi
mkdir -p "$out"
rm -f "$out"/hy300*
mv "$work"/*.deb "$work"/*.changes "$work"/*.buildinfo "$out/"

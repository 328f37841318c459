#!/bin/bash
# Makes the Debian packages into target/packages, out of the programs that Maven has built.
# SPDX-License-Identifier: Apache-2.0
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$here/../..
out=$root/target/packages
stage=$root/target/debian/hy300-fleet

# lay_out: what the recipe takes, beside it
lay_out() {
  rm -rf "$root/target/debian"
  mkdir -p "$stage/programs" "$stage/build"
  cp -a "$here" "$stage/debian"
  cp -a "$root/edge-agent/target/hy300-agent" "$root/collector/target/hy300-collector" "$root/cli/target/hy300" "$stage/programs/"
  rm -f "$stage/programs/hy300/lib/hy300.jsa"
  cp -a "$root/cli/src/main/package/archive.sh" "$stage/programs/hy300/"
  cp -a "$root/deploy/mosquitto/hy300-pki" "$stage/programs/"
  (cd "$root" && git ls-files -co --exclude-standard -z kernel deploy/mosquitto deploy/prometheus deploy/grafana docs LICENSES |
    xargs -0 cp -a --parents -t "$stage")
  mkdir "$stage/modules"
  cp -a "$root"/deploy/vm/target/modules-arm64/lib/modules/*/updates/*.ko "$stage/modules/"
  aarch64-linux-gnu-strip --strip-debug "$stage"/modules/*.ko
  # DKMS knows the drivers by the package's version: a new one is built anew.
  sed -i 's/^PACKAGE_VERSION=.*/PACKAGE_VERSION="#MODULE_VERSION#"/' "$stage/kernel/dkms.conf"
}

# build OPTION...: one run of dpkg-buildpackage, silent unless it fails
build() {
  (cd "$stage" && dpkg-buildpackage --no-sign -d "$@") >"$stage/../build.log" 2>&1 || {
    tail -n 30 "$stage/../build.log" >&2
    echo "package.sh: the packages were not made; the whole log is target/debian/build.log" >&2
    exit 1
  }
}

"$root/deploy/vm/build.sh" projector
lay_out
build -b -a amd64
for architecture in arm64 armhf; do
  build -B -a $architecture
done
rm -rf "$out"
mkdir -p "$out"
mv "$stage"/../*.deb "$stage"/../*.changes "$stage"/../*.buildinfo "$out/"

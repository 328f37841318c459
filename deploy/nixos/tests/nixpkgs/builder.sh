#!/bin/bash
# A replacement for nixpkgs' standard environment: source, build, install, each with this machine's tools.
# SPDX-License-Identifier: Apache-2.0
set -euo pipefail
export PATH=/usr/bin:/bin HOME=$TMPDIR

runHook() { :; }

# makeWrapper PROGRAM WRAPPER [--set NAME VALUE | --prefix NAME SEPARATOR VALUE]...
makeWrapper() {
  local program=$1 wrapper=$2
  shift 2
  mkdir -p "$(dirname "$wrapper")"
  {
    echo "#!/bin/bash"
    while [ $# -gt 0 ]; do
      case $1 in
      --set) echo "export $2='$3'" && shift 3 ;;
      --prefix) echo "export $2='$4'\${$2:+$3\$$2}" && shift 4 ;;
      *) echo "makeWrapper: no $1 here" >&2 && exit 1 ;;
      esac
    done
    echo "exec '$program' \"\$@\""
  } >"$wrapper"
  chmod 755 "$wrapper"
}

# substituteInPlace FILE --replace-fail OLD NEW
substituteInPlace() {
  grep -qF -- "$3" "$1" || { echo "substituteInPlace: $1 has no $3" >&2 && exit 1; }
  local text
  text=$(cat "$1")
  printf '%s\n' "${text//"$3"/"$4"}" >"$1"
}

if [ -n "${src:-}" ]; then
  cp -r "$src" source
  chmod -R u+w source
  cd source
fi
# Running make needs a kernel's headers, so its command line is recorded instead.
eval "${buildPhase-true}"
eval "${installPhase-echo make "${makeFlags:-}" "${buildFlags:-}" "${installTargets:-}" >"\$out"}"

#!/bin/bash
# Checks the flake, its packages and its modules with Debian's Nix and a stand-in for nixpkgs (tests/nixpkgs); leaves nothing behind.
# SPDX-License-Identifier: Apache-2.0
#
# usage: check.sh
# Requires built programs (`make programs`), and their libraries in Maven's repository.
set -euo pipefail
cd "$(dirname "$0")/../../.."
nixos=deploy/nixos
work=$(mktemp -d)
trap 'chmod -R u+w "$work" && rm -rf "$work"' EXIT

export HY300_REPOSITORY=${HY300_REPOSITORY:-$HOME/.m2/repository}
export NIX_STORE_DIR=$work/store NIX_STATE_DIR=$work/state NIX_LOG_DIR=$work/log NIX_CONF_DIR=$work/conf
export XDG_CACHE_HOME=$work/cache XDG_CONFIG_HOME=$work/config XDG_DATA_HOME=$work/data
# Without keep-going Nix 2.8 hangs when one of several builds fails.
export NIX_CONFIG="experimental-features = nix-command flakes
sandbox = false
build-users-group =
substituters =
max-jobs = 2
keep-going = true
timeout = 300
warn-dirty = false"

failed=0
complain() {
  echo "check.sh: $*" >&2
  failed=1
}
# quietly COMMAND...: shows its output only if it fails
quietly() {
  said=$("$@" 2>&1) || {
    echo "$said" >&2
    complain "$1 $2 has failed"
  }
}
# cases ATTRIBUTE: from tests/cases.nix, as JSON
cases() {
  nix-instantiate --eval --strict --json --read-write-mode "$nixos/tests/cases.nix" --arg examples "[ $examples ]" -A "$1"
}
json() { python3 -c "import json, sys, yaml; $1"; }

echo "== parsing"
while read -r file; do
  quietly nix-instantiate --parse "$file"
done < <(find "$nixos" -name '*.nix')

# The documentation's examples, except for the first, which is a flake.
awk -v out="$work" '/^```nix/ { n++; inside = 1; next } /^```/ { inside = 0 } inside && n > 1 { print > (out "/example-" n ".nix") }' "$nixos/README.md"
examples=$(echo "$work"/example-*.nix)

echo "== evaluating"
cases failures | json 'print(*json.load(sys.stdin), sep="\n")' >"$work/failures"
while read -r case; do
  [ -z "$case" ] || complain "tests/cases.nix: this does not hold: $case"
done <"$work/failures"
[ "$(cases examples | json 'print(sum(map(len, json.load(sys.stdin))))')" = 0 ] || complain "README.md: an example is refused: $(cases examples)"

cases options | json 'print(*json.load(sys.stdin), sep="\n")' | sort >"$work/declared"
grep -oE '`(services|hardware)\.hy300[-.a-zA-Z0-9]*' "$nixos/README.md" | tr -d '`' | sort -u >"$work/documented"
while read -r option; do
  complain "README.md does not name $option"
done < <(comm -23 "$work/declared" "$work/documented")
while read -r option; do
  grep -qF "$option." "$work/declared" || complain "README.md names $option, which is not an option"
done < <(comm -13 "$work/declared" "$work/documented")

echo "== building the flake's checks"
flake="git+file://$PWD?dir=$nixos"
standing_in=(--override-input nixpkgs "path:$PWD/$nixos/tests/nixpkgs" --no-write-lock-file)
quietly nix flake check "$flake" "${standing_in[@]}"
[ $failed = 0 ] || exit 1

for program in hy300-agent:edge-agent hy300-collector:collector hy300:cli; do
  name=${program%:*}
  maven=${program#*:}/target/$name
  made=$(nix build "$flake#$name" "${standing_in[@]}" --no-link --json 2>/dev/null | json 'print(json.load(sys.stdin)[0]["outputs"]["out"])')
  ln -s "$made" "$work/$name"
  made=$made/share/$name
  diff <(cd "$maven" && find . ! -type d | sort) <(cd "$made" && find . ! -type d ! -name hy300-pki | sort) ||
    complain "$name has other files (>) than Maven's (<)"
  for jar in "$maven"/*lib/hy300-*SNAPSHOT.jar; do
    of=${jar#"$maven"/}
    rm -rf "$work/jars" && mkdir "$work/jars"
    unzip -q "$jar" -d "$work/jars/maven" && unzip -q "$made/$of" -d "$work/jars/made"
    diff -r -x META-INF "$work/jars/maven" "$work/jars/made" || complain "$name: $of is not what Maven makes"
  done
  [ "$("$work/$name/bin/$name" --version)" = "$("$maven/bin/$name" --version)" ] || complain "$name --version differs from Maven's"
done
$nixos/libraries.sh | diff $nixos/libraries.txt - ||
  complain "libraries.txt is not what Maven fetches (>): make programs && $nixos/libraries.sh >$nixos/libraries.txt"

echo "== asking the programs about their settings"
quietly nix-build "$nixos/tests/cases.nix" --arg examples "[ $examples ]" -A sound --no-out-link
for unsound in $(cases unsound | json 'print(*json.load(sys.stdin))'); do
  if said=$(nix-build "$nixos/tests/cases.nix" -A "unsound.$unsound" --no-out-link 2>&1); then
    complain "a wrong setting, $unsound, is built"
  else
    grep -q "^hy300-.*: .*${unsound}" <<<"$said" || complain "a wrong setting, $unsound, fails for another reason: $said"
  fi
done

echo "== asking Prometheus, systemd and Python"
cases prometheus >"$work/prometheus.json"
for shipped in prometheus/prometheus.yml prometheus/prometheus-devices.yml node-exporter/prometheus.yml; do
  json "json.dump(json.load(sys.stdin)['$shipped'], sys.stdout)" <"$work/prometheus.json" >"$work/made.json"
  quietly promtool check config --lint=all --lint-fatal "$work/made.json"
  # The rules' paths differ; tests/cases.nix checks them.
  comparable='c = yaml.safe_load(sys.stdin); del c["rule_files"]; json.dump(c, sys.stdout, sort_keys=True, indent=1)'
  diff <(json "$comparable" <deploy/$shipped) <(json "$comparable" <"$work/made.json") || complain "the jobs are not (>) those of deploy/$shipped (<)"
done

cases dropIns >"$work/drop-ins.json"
for unit in hy300-agent hy300-collector; do
  file=$work/units/$unit.service
  mkdir -p "$file.d"
  cp "$work/$unit/lib/systemd/system/$unit.service" "$file"
  diff <(grep -v ^ExecStart= "deploy/debian/$unit.service") <(grep -v ^ExecStart= "$file") || complain "$unit.service is not Debian's"
  json "print(json.load(sys.stdin)['$unit'])" <"$work/drop-ins.json" >"$file.d/overrides.conf"
  quietly systemd-analyze verify --man=no "$file"
  # The settings of services.prometheus.exporters in nixpkgs for each exporter.
  for directive in CapabilityBoundingSet LockPersonality NoNewPrivileges PrivateTmp ProtectClock ProtectControlGroups ProtectHome \
    ProtectHostname ProtectKernelLogs ProtectKernelModules ProtectKernelTunables ProtectSystem RemoveIPC RestrictAddressFamilies \
    RestrictNamespaces RestrictRealtime RestrictSUIDSGID SystemCallArchitectures UMask; do
    grep -q "^$directive=" "$file" || complain "$unit.service has no $directive, which nixpkgs' exporters have"
  done
done
grep -q '^/\|bin/chgrp\|/bin/sh' "$work/hy300-agent/lib/udev/rules.d/60-hy300-agent.rules" && complain "the rules for udev name a program by a path that NixOS lacks"

test=$(nix build "$flake#checks.x86_64-linux.vm" "${standing_in[@]}" --no-link --json 2>/dev/null | json 'print(json.load(sys.stdin)[0]["outputs"]["out"])')
PYFLAKES_BUILTINS=start_all,subtest,$(tr ' ' , <"$test/machines") quietly pyflakes3 "$test/script.py"
while read -r unit; do
  [ -e "$work/units/$unit" ] || complain "tests/vm.nix waits for $unit, which is not a unit"
done < <(grep -oE 'wait_for_unit\("hy300[^"]*' "$test/script.py" | sed 's/.*"//')

[ $failed = 0 ] || exit 1
echo "$(cases count) cases, $(wc -l <"$work/declared") options, $(grep -c sha256- $nixos/libraries.txt) libraries"

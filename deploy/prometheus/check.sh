#!/bin/sh
# Checks the files of this directory: configurations, rules, the tests of every alert, and that each has its runbook.
# SPDX-License-Identifier: Apache-2.0
#
# usage: check.sh
set -eu
cd "$(dirname "$0")"
runbooks=../../docs/runbooks

# quietly COMMAND...: shows its output only if it fails
quietly() {
  said=$("$@" 2>&1) || {
    echo "$said" >&2
    exit 1
  }
}
for configuration in prometheus.yml prometheus-devices.yml ../node-exporter/prometheus.yml; do
  quietly promtool check config --lint=all --lint-fatal "$configuration"
  grep -q 'external_labels: {fleet_url: "http' "$configuration" || {
    echo "check.sh: $configuration has no fleet_url, with which links in alerts begin" >&2
    exit 1
  }
done
quietly amtool check-config alertmanager.yml
quietly promtool test rules tests/*.yml

# cases FIRING: the alerts that a test expects to fire (1) or not (0), from its alertname and exp_alerts
cases() {
  awk -v firing="$1" '
    /alertname:/ { match($0, /alertname: [A-Za-z]+/); name = substr($0, RSTART + 11, RLENGTH - 11) }
    /exp_alerts:/ { if ((/exp_alerts: \[\]/ ? 0 : 1) == firing) print name }' tests/*.yml | sort -u
}
failed=0
complain() {
  echo "check.sh: $*" >&2
  failed=1
}
alerts=$(sed -n 's/.*- alert: //p' rules/*.yml)
for alert in $alerts; do
  cases 1 | grep -qx "$alert" || complain "no test in deploy/prometheus/tests makes $alert fire"
  cases 0 | grep -qx "$alert" || complain "no test in deploy/prometheus/tests keeps $alert from firing"
  [ -s "$runbooks/$alert.md" ] || complain "docs/runbooks/$alert.md is missing: what to look at when $alert fires"
  grep -qF "runbook_url: '{{ \$externalLabels.fleet_url }}/docs/runbooks/$alert'" rules/*.yml || complain "$alert does not name docs/runbooks/$alert as its runbook_url"
  grep -q "($alert.md)" "$runbooks/README.md" || complain "docs/runbooks/README.md does not list $alert"
done
# Series of another job, or forged by a projector, must not count.
sed -E '/^ *(#|summary:|description:|runbook_url:|- (alert|record|name):)/d' rules/*.yml |
  grep -oE '(\bup\b|[a-z_]*:?\bhy300_[a-z0-9_:]+)(\{[^}]*\})?' | grep -vE '[{ ]job=' >&2 &&
  complain "these selectors of deploy/prometheus/rules name no job"
for page in "$runbooks"/[A-Z]*[a-z].md; do
  alert=$(basename "$page" .md)
  echo "$alerts" | grep -qx "$alert" || complain "docs/runbooks/$alert.md is of no alert"
done
# Prometheus 2.42 sends the token of http_sd_configs without its type, unless it is set.
cd ../..
git grep -n 'credentials_file:' -- '*.md' '*.yml' ':!CHANGELOG.md' | grep -v 'type: Bearer, credentials_file' >&2 &&
  complain "these examples do not write out 'type: Bearer'"
[ $failed = 0 ] || exit 1
echo "$(echo "$alerts" | wc -l) alerts, each with its tests and its runbook"

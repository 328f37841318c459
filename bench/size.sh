#!/bin/bash
# Measures broker, collector and Prometheus with an idle fleet, for several sizes, as a Markdown table.
# SPDX-License-Identifier: Apache-2.0
#
# usage: size.sh [DEVICES...]
# Each projector has 40 series and a connection of its own, within the limit of open files; mqtt_fleet.c describes its messages.
set -eu
[ $# -gt 0 ] || set -- 100 1000 10000 100000
here=$(cd "$(dirname "$0")" && pwd)
root=$here/..
out=$here/target/size
collector=$root/collector/target/hy300-collector/bin/hy300-collector
seconds=60
rm -rf "$out" && mkdir -p "$out"
gcc -O2 -Wall -Wextra -Werror -o "$out/mqtt_fleet" "$here/mqtt_fleet.c"
# shellcheck source=bench/programs.sh
. "$here/programs.sh"

resident() { awk '$1 == "VmRSS:" { printf "%.0f MB", $2 / 1024 }' "/proc/$1/status"; }
# share PID CPU_BEFORE: percent of one core since then
share() { calc '%.2f %%' "100 * ($(cpu "$1") - $2) / $seconds"; }
# amount BYTES: in readable form
amount() { awk '{ if ($1 < 1e6) printf "%.0f KB", $1 / 1e3; else if ($1 < 1e9) printf "%.0f MB", $1 / 1e6; else printf "%.1f GB", $1 / 1e9 }' <<<"$1"; }
# fetch ACCEPT: bytes and seconds of the page, the best of three
fetch() {
  for _ in 1 2 3; do
    curl -sf -H "Accept-Encoding: $1" -o "$out/page" -w '%{size_download} %{time_total}\n' "http://127.0.0.1:$http_port/metrics"
  done | sort -k2 -n | head -n 1 | while read -r size time; do
    echo "$(amount "$size") in $(calc '%.0f ms' "$time * 1000")"
  done
}
# asked EXPRESSION: the number that Prometheus returns
asked() { curl -sf --data-urlencode "query=$1" "http://127.0.0.1:$prometheus_port/api/v1/query" | sed -n 's/.*"value":\[[0-9.]*,"\([0-9.e+-]*\)".*/\1/p'; }
is_scraped() { [ "$(asked 'scrape_samples_scraped{job="hy300-fleet"}' | cut -d. -f1)" -ge "$1" ]; }

# holds SERIES: the collector has this many; keeps its own page
holds() {
  curl -sf "http://127.0.0.1:$http_port/internal/metrics" >"$out/own" && has hy300_collector_series "$1"
}

start_prometheus() {
  prometheus_port=$(free_port)
  sed "s|localhost:8080|127.0.0.1:$http_port|; s|rules/|$root/deploy/prometheus/rules/|" "$root/deploy/prometheus/prometheus.yml" >"$out/prometheus.yml"
  rm -rf "$out/tsdb"
  spawn prometheus prometheus --config.file="$out/prometheus.yml" --storage.tsdb.path="$out/tsdb" --web.listen-address="127.0.0.1:$prometheus_port"
  prometheus_pid=$pid
}

# A heap with some room: 2 KB of live data for each projector, and pages in progress.
heap() { echo $(($1 <= 1000 ? 64 : 64 + $1 / 50)); }

measure() {
  local devices=$1 is_scraped=true files sharing before_broker before_collector before_prometheus sent plain gzip prometheus
  # 4,000,000 series are too many for one scrape; a real Prometheus would use shards.
  [ "$devices" -le 10000 ] || is_scraped=false
  ulimit -Sn "$(ulimit -Hn)"
  files=$(ulimit -n)
  sharing=1
  [ "$files" = unlimited ] || sharing=$(((devices + files - 100) / (files - 100)))
  start_broker 'set_tcp_nodelay true' 'persistence false'
  broker_pid=$pid
  JDK_JAVA_OPTIONS=-Xmx$(heap "$devices")m
  export JDK_JAVA_OPTIONS
  start_collector
  unset JDK_JAVA_OPTIONS
  # The first period warms up Java, the last is for the pages.
  spawn fleet "$out/mqtt_fleet" "$broker_port" "$devices" "$sharing" 30 "$seconds" 600
  until_true 600 grep -q ready "$out/fleet.log"
  until_true 120 holds $((devices * 40))
  ! $is_scraped || start_prometheus
  ! $is_scraped || until_true 60 is_scraped $((devices * 40))
  until_lines 2
  before_broker=$(cpu "$broker_pid") before_collector=$(cpu "$collector_pid")
  ! $is_scraped || before_prometheus=$(cpu "$prometheus_pid")
  until_lines 3
  sent=$(sed -n 3p "$out/fleet.log")
  broker="$([ "$sharing" = 1 ] || echo "$((devices / sharing)) connections: ")$(resident "$broker_pid"), $(share "$broker_pid" "$before_broker")"
  collected="$(resident "$collector_pid"), $(share "$collector_pid" "$before_collector")"
  prometheus='in shards'
  if $is_scraped; then
    prometheus="$(resident "$prometheus_pid"), $(share "$prometheus_pid" "$before_prometheus"), $(calc '%.0f ms' "1000 * $(asked 'scrape_duration_seconds{job="hy300-fleet"}')")"
  fi
  plain=$(fetch identity)
  gzip=$(fetch gzip)
  curl -sf "http://127.0.0.1:$http_port/internal/metrics" >"$out/own"
  ! grep 'drops_total{.*} [1-9]' "$out/own" >&2 || echo 'size.sh: the collector has dropped something' >&2
  end
  # Prometheus documents 1 to 2 bytes for a sample.
  printf '| %s | %s | %s | %s (%s MB) | %s | %s; gzip %s | %s | %s |\n' "$(sed ':a; s/\B[0-9]\{3\}\>/,&/; ta' <<<"$devices")" \
    "$(calc %.0f "${sent% *} / $seconds")" "$broker" "$collected" "$(heap "$devices")" "$prometheus" "$plain" "$gzip" \
    "$(calc '%.0f' "${sent#* } / $seconds / $devices")" \
    "$(amount $((devices * 40 * 2 * 86400 / 15)))"
}
# until_lines N: waits for that many lines from the fleet
until_lines() {
  until [ "$(wc -l <"$out/fleet.log")" -ge "$1" ]; do
    kill -0 "${pids[2]}" 2>/dev/null || [ "$(wc -l <"$out/fleet.log")" -ge "$1" ] || {
      echo "size.sh: the fleet has ended: $(tail -n 1 "$out/fleet.log")" >&2
      exit 1
    }
    sleep 0.1
  done
}

echo "| projectors | states/s | mosquitto: memory, CPU | collector: memory, CPU (heap) | Prometheus: memory, CPU, scrape | page | bytes/s of a projector | disk a day |"
echo "|---|---|---|---|---|---|---|---|"
export LC_ALL=C
for devices; do
  measure "$devices"
done
echo
echo "$(date -u +%F), $(nproc) cores of $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -n 1), load at the end $(cut -d' ' -f1 /proc/loadavg)"

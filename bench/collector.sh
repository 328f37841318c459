#!/bin/bash
# Loads the collector like a fleet, and prints its rates and cost beside those of peers in the same run.
# SPDX-License-Identifier: Apache-2.0
#
# usage: collector.sh [DEVICES [ROUNDS [RETAINED]]]
# DEVICES send ROUNDS of states with ten values, after as many for warm-up; RETAINED exist when the collector starts.
set -eu
devices=${1:-10000} rounds=${2:-30} retained=${3:-100000}
here=$(cd "$(dirname "$0")" && pwd)
root=$here/..
out=$here/target/collector
collector=$root/collector/target/hy300-collector/bin/hy300-collector
rm -rf "$out" && mkdir -p "$out"
for source in mqtt_load mqtt_time; do
  gcc -O2 -Wall -Wextra -Werror -o "$out/$source" "$here/$source.c"
done
load=$out/mqtt_load
time=$out/mqtt_time
# shellcheck source=bench/programs.sh
. "$here/programs.sh"
states='hy300_collector_messages_total{kind="state"}'

# verify URL ROUND DEVICES: checks that every series has its last value
verify() {
  curl -sf "$1" >"$out/page" || return 1
  grep -c "hy300_bench_m[0-9]*_celsius{.* $((100 + $2))\.[0-9]*\( [0-9]*\)\?$" "$out/page" | grep -qx $(($3 * 10))
}
verify_ours() {
  verify "http://127.0.0.1:$http_port/metrics" "$1" "$devices" || {
    echo "collector.sh: not every series has its last value" >&2
    exit 1
  }
}

# measured SECONDS CPU_SECONDS MESSAGES: sets $rate and $cost
measured() {
  rate=$(calc %.0f "$3 / $1")
  cost=$(calc %.2f "$2 * 1e6 / $3")
}
better() { echo $(($1 > $2 ? $1 : $2)); }
messages=$((devices * rounds))

row "collector, $devices projectors, 10 values" "states/s" "CPU s/M" ""
# through_broker QOS: sets $discard and $rate, the better of two turns each, and $cost of the second
through_broker() {
  local qos=$1 begin before best=0
  discard=0
  for _ in 1 2; do
    start_broker
    "$load" pub "$broker_port" "$qos" "$devices" 0 "$rounds" >"$out/pub.log"
    # Retained messages come first.
    spawn discard "$time" sub "$broker_port" "$devices" "$messages"
    until_true 60 grep -q ready "$out/discard.log"
    begin=$(now)
    "$load" pub "$broker_port" "$qos" "$devices" $((rounds + 1)) $((2 * rounds)) >"$out/pub.log"
    wait "$pid"
    discard=$(better "$discard" "$(calc %.0f "$messages / ($(now) - $begin)")")
    end

    start_broker
    start_collector
    "$load" pub "$broker_port" "$qos" "$devices" 0 "$rounds" >"$out/pub.log"
    until_true 120 has "$states" "$messages"
    before=$(cpu "$collector_pid")
    begin=$(now)
    "$load" pub "$broker_port" "$qos" "$devices" $((rounds + 1)) $((2 * rounds)) >"$out/pub.log"
    until_true 120 has "$states" $((2 * messages))
    measured "$(calc %f "$(now) - $begin")" "$(calc %f "$(cpu "$collector_pid") - $before")" "$messages"
    verify_ours $((2 * rounds))
    best=$(better "$best" "$rate")
    end
  done
  rate=$best
}

for qos in 0 1; do
  through_broker "$qos"
  row "through mosquitto, QoS $qos, thrown away (in C)" "$discard" "" ""
  row "through mosquitto, QoS $qos" "$rate" "$cost" \
    "$(calc %.0f "100 * $rate / $discard") % of what a client that throws away gets; target: 90 %"
  [ "$qos" = 1 ] || ours=$rate our_cost=$cost
done

if command -v prometheus-mqtt-exporter >/dev/null; then
  start_broker
  some=$((rounds < 10 ? rounds : 10))
  {
    printf 'mqtt:\n  server: tcp://127.0.0.1:%s\n  topic_path: hy300/v1/+/state/+\n' "$broker_port"
    printf '  device_id_regex: "hy300/v1/(?P<deviceid>[^/]*)/state/.*"\n  qos: 0\ncache:\n  timeout: 24h\nmetrics:\n'
    for number in 0 1 2 3 4 5 6 7 8 9; do
      printf '  - {prom_name: hy300_bench_m0%s_celsius, mqtt_name: values.hy300_bench_m0%s_celsius, help: x, type: gauge}\n' \
        $number $number
    done
  } >"$out/exporter.yml"
  exporter_port=$(free_port)
  spawn exporter prometheus-mqtt-exporter -config "$out/exporter.yml" -listen-address 127.0.0.1 -listen-port "$exporter_port"
  exporter_pid=$pid
  until_true 10 curl -sf "http://127.0.0.1:$exporter_port/metrics" -o "$out/page"
  # The first message of each series and the page cost more, so they come before. It is done when it is idle.
  idle() {
    local busy
    busy=$(cpu "$exporter_pid")
    ended=$(now)
    sleep 0.5
    [ "$(calc %d "($(cpu "$exporter_pid") - $busy) * 100")" -le 2 ]
  }
  "$load" pub "$broker_port" 0 "$devices" 1 1 >"$out/pub.log"
  until_true 120 idle
  before=$(cpu "$exporter_pid")
  begin=$(now)
  "$load" pub "$broker_port" 0 "$devices" 2 $((some + 1)) >"$out/pub.log"
  until_true 120 idle
  measured "$(calc %f "$ended - $begin")" "$(calc %f "$(cpu "$exporter_pid") - $before")" $((devices * some))
  missing=''
  verify "http://127.0.0.1:$exporter_port/metrics" $((some + 1)) "$devices" || missing=', not all of them right'
  row "prometheus-mqtt-exporter, QoS 0" "$rate" "$cost" \
    "the collector: $(calc %.1f "$ours / $rate") times its rate, $(calc %.1f "$cost / $our_cost") times less CPU$missing"
  end
fi

broker_port=$(free_port)
coproc serve { exec "$load" serve "$broker_port" "$devices" $((5 * rounds)) $((10 * rounds)); }
# shellcheck disable=SC2154  # coproc sets it
pids+=("$serve_PID")
start_collector
read -r _ <&"${serve[0]}"
until_true 60 has "$states" $((5 * messages))
before=$(cpu "$collector_pid")
echo >&"${serve[1]}"
read -r seconds <&"${serve[0]}"
until_true 60 has "$states" $((10 * messages))
measured "$seconds" "$(calc %f "$(cpu "$collector_pid") - $before")" $((5 * messages))
verify_ours $((10 * rounds))
row "straight to the collector, QoS 0" "$rate" "$cost" "target: 500000 and 1.50"
end

start_broker
"$load" pub "$broker_port" 0 "$retained" 0 1 >"$out/pub.log"
begin=$(now)
start_collector
until_true 120 has hy300_collector_series $((retained * 10))
until_true 120 verify "http://127.0.0.1:$http_port/metrics" 1 "$retained"
row "start to $retained retained projectors on /metrics" "$(calc '%.1f s' "$(now) - $begin")" "" "target: 10 s for 100000"
end

# The same as in deploy/mosquitto/mosquitto.conf.
start_broker 'set_tcp_nodelay true'
start_collector
spawn simulator "$root/edge-agent/target/hy300-agent/bin/hy300-simulator" --directory="$out" --projectors=1
until_true 30 grep -q 'simulated projectors in' "$out/simulator.log"
spawn agent "$root/edge-agent/target/hy300-agent/bin/hy300-agent" --broker="mqtt://127.0.0.1:$broker_port" \
  --device=p1 --sysfs="$out/simulated-1/hy300" --journal="$out/journal" --clock-marker=none
until_true 30 has 'hy300_collector_devices{state="online"}' 1
echo_us=$("$time" echo "$broker_port" 1500)
post_us=$("$time" post "$http_port" /api/v1/devices/p1/commands/motor/stop 1500)
printf '\n%-44s %12s %12s\n' "us" p50 p99
# shellcheck disable=SC2086  # two figures
row "publish to subscriber, the broker's own" $echo_us ""
# shellcheck disable=SC2086  # two figures
row "command: HTTP, broker, agent, sysfs and back" $post_us \
  "p99 $(calc '%.1f ms' "(${post_us#* } - 2 * ${echo_us#* }) / 1000") over two of those; target: 20 ms"

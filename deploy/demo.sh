#!/bin/sh
# Starts a collector with its embedded broker, a projector in QEMU and simulated ones, prints what to try, and stops all on exit.
# SPDX-License-Identifier: Apache-2.0
#
# HY300_HTTP_PORT (8080), HY300_MQTT_PORT (1883), HY300_DEVICE (projector-vm), HY300_KEEP_ALIVE (20 seconds),
# HY300_SIMULATED (5 more projectors, simulated in plain directories, each with a real agent of some 80 MB)
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
http_port=${HY300_HTTP_PORT:-8080}
mqtt_port=${HY300_MQTT_PORT:-1883}
device=${HY300_DEVICE:-projector-vm}
keep_alive=${HY300_KEEP_ALIVE:-20}
simulated=${HY300_SIMULATED:-5}
case $simulated in
'' | *[!0-9]*)
  echo "demo.sh: HY300_SIMULATED=$simulated is not a number of projectors" >&2
  exit 2
  ;;
esac
logs=$root/target/demo
mkdir -p "$logs"
password=$logs/collector-data/broker-password
agent=$root/edge-agent/target/hy300-agent/bin

say() { printf '%s\n' "$*"; }
metrics() { curl -sf "http://127.0.0.1:$http_port/metrics" 2>/dev/null; }

collector='' guest='' others=''
stop() {
  trap - EXIT INT TERM HUP
  # shellcheck disable=SC2086  # a list
  [ -z "$others" ] || kill $others 2>/dev/null || true
  [ -z "$guest" ] || kill "$guest" 2>/dev/null || true
  [ -z "$collector" ] || kill "$collector" 2>/dev/null || true
  wait
}
trap 'stop' EXIT
trap 'say ""; say "== stopping"; exit 0' INT TERM HUP

# alive PID NAME LOG: ends the demo with the log's last lines if the process is gone
alive() {
  kill -0 "$1" 2>/dev/null && return
  say "$2 has ended; the last lines of $3:"
  tail -n 5 "$3"
  exit 1
}

# wait_for SECONDS TEXT: waits until the fleet's metrics show the text
wait_for() {
  end=$(($(date +%s) + $1))
  until metrics | grep -q "$2"; do
    alive "$collector" "the collector" "$logs/collector.log"
    alive "$guest" "the projector" "$logs/projector.log"
    if [ "$(date +%s)" -ge "$end" ]; then
      say "nothing after $1 s: no $2 at http://127.0.0.1:$http_port/metrics; see $logs"
      exit 1
    fi
    sleep 0.2
  done
}

"$root/deploy/vm/build.sh" projector

say "== starting the collector"
HY300_HTTP_PORT=$http_port HY300_MQTT_PORT=$mqtt_port HY300_KEEP_ALIVE=$keep_alive HY300_BROKER='' \
  HY300_DATA=$logs/collector-data setpriv --pdeathsig TERM "$root/collector/target/hy300-collector/bin/hy300-collector" >"$logs/collector.log" 2>&1 </dev/null &
collector=$!
until [ -e "$password" ]; do
  alive "$collector" "the collector" "$logs/collector.log"
  sleep 0.1
done
# mosquitto's clients look for options here if XDG_CONFIG_HOME names this directory.
for client in mosquitto_sub mosquitto_pub mosquitto_rr; do
  rm -f "$logs/$client"
  (umask 077 && printf '%s\n' '-h 127.0.0.1' "-p $mqtt_port" '-u hy300' "-P $(cat "$password")" >"$logs/$client")
done
say "== booting the projector '$device' (QEMU arm64, Debian's kernel)"
rm -f "$logs/console"
mkfifo "$logs/console"
HY300_BROKER_PASSWORD_FILE=$password "$root/deploy/vm/boot.sh" projector \
  "hy300.broker=mqtt://10.0.2.2:$mqtt_port hy300.device=$device hy300.keep_alive=$keep_alive hy300.home=1" \
  >"$logs/projector.log" 2>&1 0<>"$logs/console" &
guest=$!
# Both start in parallel; the agent connects once its broker is up.
until metrics >/dev/null; do
  alive "$collector" "the collector" "$logs/collector.log"
  sleep 0.2
done
say "== waiting for its agent and for the motor's homing"
wait_for 120 "^hy300_device_up{device=\"$device\"} 1"
wait_for 60 "^hy300_motor_homed{device=\"$device\"} 1"

if [ "$simulated" -gt 0 ]; then
  # Not earlier, because the booting guest needs the whole machine.
  say "== starting $simulated simulated projectors"
  rm -rf "$logs/simulated"
  setpriv --pdeathsig TERM "$agent/hy300-simulator" --directory "$logs/simulated" --projectors "$simulated" \
    >"$logs/simulator.log" 2>&1 </dev/null &
  others=$!
  until [ -e "$logs/simulated/simulated-$simulated/thermal" ]; do
    alive "$others" "the simulator" "$logs/simulator.log"
    sleep 0.1
  done
  for number in $(seq "$simulated"); do
    HY300_BROKER=mqtt://127.0.0.1:$mqtt_port HY300_BROKER_USERNAME=hy300 HY300_BROKER_PASSWORD_FILE=$password \
      HY300_DEVICE=simulated-$number HY300_KEEP_ALIVE=$keep_alive \
      HY300_SYSFS=$logs/simulated/simulated-$number/hy300 HY300_LABELS=site=demo,room=simulated \
      HY300_JOURNAL=$logs/simulated/journal HY300_RUN_DIRECTORY=$logs/simulated/run HY300_CLOCK_MARKER=none \
      setpriv --pdeathsig TERM "$agent/hy300-agent" >"$logs/simulated-$number.log" 2>&1 </dev/null &
    others="$others $!"
  done
  for number in $(seq "$simulated"); do
    wait_for 60 "^hy300_device_up{device=\"simulated-$number\"} 1"
  done
fi

cat <<END

The projector '$device' is up. Try, in another terminal:

  look at the fleet:      http://127.0.0.1:$http_port/ in a browser
  what Prometheus sees:   curl -s http://127.0.0.1:$http_port/metrics | grep hy300_motor_position_steps
  move the motor:         curl -s -d '{"args":{"position":120}}' http://127.0.0.1:$http_port/api/v1/devices/$device/commands/motor/move
  the same and more:      HY300_URL=http://127.0.0.1:$http_port $root/cli/target/hy300/bin/hy300 devices
  watch state and events: XDG_CONFIG_HOME=$logs mosquitto_sub -v -t 'hy300/v1/#'
  pull the HDMI cable:    echo 'echo 0 > /sys/kernel/debug/hy300-virtual-board/virtual-board/hdmi_plugged' > $logs/console
  the whole fleet:        curl -s http://127.0.0.1:$http_port/metrics | grep hy300_device_up
  the collector itself:   curl -s http://127.0.0.1:$http_port/internal/metrics
END
[ "$simulated" -eq 0 ] ||
  say "  pull a simulated cable: echo none >$logs/simulated/simulated-1/board/hdmi_source (auto lets chance play on)"
say ""
say "Logs: $logs. Ctrl-C stops everything."
while :; do
  alive "$collector" "the collector" "$logs/collector.log"
  alive "$guest" "the projector" "$logs/projector.log"
  sleep 1
done

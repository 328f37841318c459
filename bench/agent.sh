#!/bin/bash
# Measures the agent on this machine beside peers: memory, idle CPU, start, and the time from a change to a subscriber.
# SPDX-License-Identifier: Apache-2.0
#
# The projector is a directory (hy300-simulator), so changes come over inotify; run.sh measures the kernel's notifications.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$here/..
out=$here/target/agent
agent_program=$root/edge-agent/target/hy300-agent/bin
classes=$here/target/hy300-bench/lib
log=$out/samples.log
messages=3600

rm -rf "$out"
mkdir -p "$out/echo/bin" "$out/textfile"
for source in poll_files trigger; do
  gcc -O2 -Wall -Wextra -Werror -o "$out/$source" "$here/$source.c"
done
# Prints hy300-agent's command line instead of running it: the Java peers get the same flags.
printf '#!/bin/sh\nprintf "%%s\\n" "$@"\n' >"$out/echo/bin/java"
chmod +x "$out/echo/bin/java"
mapfile -t flags < <(JAVA_HOME=$out/echo "$agent_program/hy300-agent" | sed '/^-cp$/,$d' | grep -v SharedArchiveFile)
java=${JAVA_HOME:+$JAVA_HOME/bin/}java

running=()
end() {
  for process in "${running[@]}"; do kill "$process" 2>/dev/null || true; done
  wait
}
trap end EXIT

# start LOG PROGRAM...: in the background, ends with this script, reads $input; sets $! to its process
start() {
  local to=$1
  shift
  setpriv --pdeathsig TERM "$@" >"$to" 2>&1 <"${input:-/dev/null}" &
  running+=($!)
}

# until_said LOG TEXT: waits until the program has printed the text
until_said() {
  for _ in $(seq 300); do
    ! grep -q "$2" "$1" || return 0
    sleep 0.1
  done
  echo "agent.sh: no '$2' after 30 s; see $1" >&2
  exit 1
}
free_port() { perl -MIO::Socket::INET -e 'print IO::Socket::INET->new(LocalAddr => "127.0.0.1", Listen => 1)->sockport'; }
resident_kb() { awk '/^VmRSS/ { print $2 }' "/proc/$1/status"; }
cpu_ns() { cat "/proc/$1"/task/*/schedstat | awk '{ sum += $1 } END { printf "%.0f", sum }'; }

echo "== a broker with TLS, a simulated projector"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost \
  -addext subjectAltName=DNS:localhost -keyout "$out/broker.key" -out "$out/broker.pem" 2>"$out/openssl.log"
tls_port=$(free_port)
port=$(free_port)
cat >"$out/mosquitto.conf" <<END
user $(id -un)
allow_anonymous true
listener $port 127.0.0.1
listener $tls_port 127.0.0.1
certfile $out/broker.pem
keyfile $out/broker.key
END
start "$out/mosquitto.log" mosquitto -c "$out/mosquitto.conf"
until_said "$out/mosquitto.log" running
start "$out/simulator.log" "$agent_program/hy300-simulator" --directory "$out/fleet"
simulator=$!
until_said "$out/simulator.log" 'simulated projectors'
# It has created the attributes; from here on only this script writes them.
kill "$simulator"
wait "$simulator" || true
projector=$out/fleet/simulated-1
attributes=("$projector"/hy300/*/*)
mkfifo "$out/pipe"
agent=("$agent_program/hy300-agent" --broker "mqtts://localhost:$tls_port" --broker-ca "$out/broker.pem" --device bench
  --run-directory "$out" --sysfs "$projector/hy300" --kmsgpipe "$out/pipe" --journal "$out/journal" --clock-marker none)

# children_ms: processor time of ended programs; `times` only counts those of the shell that calls it
children_ms() {
  times >"$out/times"
  children_ms=$(awk 'NR == 2 { gsub("s", ""); split($1, u, "m"); split($2, s, "m"); printf "%d", (u[1] * 60 + u[2] + s[1] * 60 + s[2]) * 1000 }' "$out/times")
}
# time_until NAME TEXT PROGRAM...: samples the time and processor time from its start to a line with the text; kills it then
time_until() {
  local name=$1 text=$2 begin now line before
  shift 2
  children_ms
  before=$children_ms
  begin=${EPOCHREALTIME/./}
  exec {lines}< <(exec "$@" 2>&1)
  while read -r -u "$lines" line; do
    [[ $line != *"$text"* ]] || break
  done
  now=${EPOCHREALTIME/./}
  kill -KILL $! 2>/dev/null || true
  wait $! 2>/dev/null || true
  exec {lines}<&-
  children_ms
  echo "SAMPLE $name $(((now - begin) * 1000))"
  echo "SAMPLE $name-cpu $(((children_ms - before) * 1000000))"
}
echo "== start to connected, and an empty Java program's start, seven times in turn"
for _ in 1 2 3 4 5 6 7; do
  time_until start-agent 'connected to' "${agent[@]}" >>"$log"
  time_until start-java build "$java" "${flags[@]}" -version >>"$log"
done

start "$out/agent.log" "${agent[@]}"
agent_process=$!
until_said "$out/agent.log" 'connected to'
start "$out/poll_files.log" "$out/poll_files" 100 "${attributes[@]}"
poller=$!
echo "== 60 s of idleness: the agent, and a C program that reads the same ${#attributes[@]} attributes each 100 ms"
sleep 10
before=$(cpu_ns $agent_process) poller_before=$(cpu_ns $poller)
sleep 60
idle=$((($(cpu_ns $agent_process) - before) / 60)) poller_idle=$((($(cpu_ns $poller) - poller_before) / 60))
kill $poller

# shellcheck disable=SC2034  # for sample.sh
trigger=$out/trigger tmp=$out
# shellcheck source=bench/sample.sh
. "$here/sample.sh"
wait_java=("$java" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp "$classes/*")
switch=$projector/hy300/motor/limit_switch
echo "== from a change to a subscriber: the agent"
# More than twice the agent's conflation apart, so that each is a first change.
sample subscriber-agent "$switch" '1 0' 60 710000 "${wait_java[@]}" org.hy300.bench.WaitMessage \
  "mqtt://127.0.0.1:$port" hy300/v1/bench/state/motor >>"$log" 2>>"$out/wait.log"
echo "== the C program of 100 ms, through the same broker"
mkfifo "$out/polled"
input=$out/polled start "$out/mosquitto_pub.log" mosquitto_pub -h 127.0.0.1 -p "$port" -t bench/polled -l
start "$out/polled" "$out/poll_files" 100 "$switch"
sample subscriber-poller "$switch" '1 0' 60 710000 "${wait_java[@]}" org.hy300.bench.WaitMessage \
  "mqtt://127.0.0.1:$port" bench/polled >>"$log" 2>>"$out/wait.log"
echo "== node_exporter's textfile collector, scraped each second"
scrape_port=$(free_port)
printf 'bench_limit_switch 0\n' >"$out/textfile/bench.prom"
start "$out/node_exporter.log" prometheus-node-exporter --web.listen-address "127.0.0.1:$scrape_port" \
  --collector.disable-defaults --collector.textfile --collector.textfile.directory "$out/textfile"
until_said "$out/node_exporter.log" 'Listening on'
# The exporter's file is written at the moment of the change, the best case for it.
IFS=' ' sample subscriber-scrape "$out/textfile/bench.prom" $'bench_limit_switch\t1\n bench_limit_switch\t0\n' 45 1370000 \
  "${wait_java[@]}" org.hy300.bench.WaitScrape "http://127.0.0.1:$scrape_port/metrics" bench_limit_switch >>"$log"

echo "== an hour's worth of events: $messages messages through the pipe, as many changes of an attribute"
start "$out/events.log" mosquitto_sub -h 127.0.0.1 -p "$port" -q 1 -t 'hy300/v1/bench/event/#'
"$out/trigger" "$out/pipe" "$messages" 4000 $'lamp at 400 h\n' >"$out/messages" &
"$out/trigger" "$switch" "$messages" 4000 1 0 >"$out/changes"
wait $!
sleep 5
resident=$(resident_kb $agent_process)
start "$out/bare.log" "$java" "${flags[@]}" -Dsun.net.httpserver.nodelay=true -cp "$classes/*" org.hy300.bench.BareServer
bare=$!
until_said "$out/bare.log" '^[0-9]'
curl -sf -o /dev/null "http://127.0.0.1:$(cat "$out/bare.log")/[1-$messages]"
bare_resident=$(resident_kb $bare)

# percentile NAME P: of the samples, in ns
percentile() {
  awk -v name="$1" '$2 == name { print $3 }' "$log" | sort -n |
    awk -v p="$2" '{ v[NR] = $1 } END { i = int(NR * p / 100 + 0.999); print v[i < 1 ? 1 : i] }'
}
# row TITLE VALUE PEER'S_VALUE SCALE PEER: the values divided by the scale, and their ratio
row() {
  awk -v title="$1" -v a="$2" -v b="$3" -v scale="$4" -v peer="$5" \
    'BEGIN { printf "  %-36s %9.2f %9.2f %8.2f  %s\n", title, a / scale, b / scale, a / b, peer }'
}
echo
echo "the agent on this machine ($(nproc) cores), TLS on, ${#attributes[@]} attributes in plain files; $(wc -l <"$out/events.log") events heard"
printf '  %-36s %9s %9s %8s  %s\n' '' agent peer ratio beside
row 'resident memory afterwards, MB' "$resident" "$bare_resident" 1024 'a Java program with one HTTP endpoint'
row 'CPU when idle, % of a core' "$idle" "$poller_idle" 10000000 'a C program that reads each 100 ms'
row 'start to connected, s, soonest of 7' "$(percentile start-agent 1)" "$(percentile start-java 1)" 1000000000 'java -version'
row 'processor time of that, s, median' "$(percentile start-agent-cpu 50)" "$(percentile start-java-cpu 50)" 1000000000 'the same'
for peer in poller scrape; do
  case $peer in poller) beside='that C program through the same broker' ;; scrape) beside='node_exporter scraped each second' ;; esac
  for p in 50 99; do
    row "change to subscriber, ms, p$p" "$(percentile subscriber-agent $p)" "$(percentile subscriber-$peer $p)" 1000000 "$beside"
  done
done

# shellcheck shell=bash disable=SC2154,SC2034  # the including script sets $out and $collector, and uses the ports
# Starts and stops a broker and a collector for collector.sh and size.sh, and reads their figures.
# SPDX-License-Identifier: Apache-2.0

pids=()
trap 'end' EXIT

# spawn NAME COMMAND...: in the background with its output in a file; sets $pid
spawn() {
  local name=$1
  shift
  setpriv --pdeathsig TERM "$@" >"$out/$name.log" 2>&1 &
  pid=$!
  pids+=("$pid")
}
end() {
  kill "${pids[@]}" 2>/dev/null || true
  wait
  pids=()
}
free_port() { perl -MIO::Socket::INET -e 'print IO::Socket::INET->new(LocalAddr => "127.0.0.1", Listen => 1)->sockport'; }
now() { date +%s.%N; }
calc() { awk "BEGIN { printf \"$1\", $2 }"; }
cpu() { awk -v hz="$(getconf CLK_TCK)" '{ sub(/.*\) /, ""); print ($12 + $13) / hz }' "/proc/$1/stat"; }
row() { printf '%-44s %12s %12s   %s\n' "$@"; }

# until_true SECONDS COMMAND...
until_true() {
  local end=$((SECONDS + $1))
  shift
  until "$@" 2>/dev/null; do
    [ $SECONDS -lt $end ] || {
      echo "$(basename "$0"): waited in vain for: $*; the logs are in $out" >&2
      exit 1
    }
    sleep 0.05
  done
}

# start_broker [LINE...]: with additional lines of configuration
start_broker() {
  broker_port=$(free_port)
  # The default limit of 1000 queued messages would truncate the load.
  printf '%s\n' "listener $broker_port 127.0.0.1" 'allow_anonymous true' 'max_queued_messages 10000000' "$@" >"$out/mosquitto.conf"
  spawn mosquitto mosquitto -c "$out/mosquitto.conf"
  until_true 10 bash -c "exec 3<>/dev/tcp/127.0.0.1/$broker_port"
}
start_collector() {
  rm -rf "$out/data"
  spawn collector "$collector" --broker="mqtt://127.0.0.1:$broker_port" --http-port=0 --data="$out/data"
  collector_pid=$pid
  until_true 30 grep -q 'metrics at' "$out/collector.log"
  # Waits for the subscription, too: earlier messages only arrive if they are retained.
  until_true 30 grep -q 'connected to .* as hy300:collector' "$out/collector.log"
  http_port=$(sed -n 's,.*http://127.0.0.1:\([0-9]*\)/metrics.*,\1,p' "$out/collector.log")
}
# own SERIES: a value of the collector's own page
own() { curl -sf "http://127.0.0.1:$http_port/internal/metrics" | awk -v series="$1" '$1 == series { printf "%.0f", $2 }'; }
has() { [ "$(own "$1")" -ge "$2" ]; }

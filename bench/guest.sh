#!/bin/sh
# Runs the benchmarks in the guest; prints `SAMPLE name nanoseconds` lines for run.sh to sum up.
# SPDX-License-Identifier: Apache-2.0
#
# usage: guest.sh BROKER; JAVA_HOME is set, the motor is homed or about to be
set -f # the class path's * is for Java
bench=$(dirname "$0")
broker=$1
motor=/sys/class/hy300/motor
attribute=$motor/target_position
count=600
java="$JAVA_HOME/bin/java -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xshare:auto -cp $bench/lib/*"

until [ "$(cat $motor/homed)" = 1 ] && [ "$(cat $motor/moving)" = 0 ]; do sleep 1; done

# sample NAME COUNT INTERVAL_US WAITER...: the order to stay at 0 notifies target_position and moves nothing
sample() {
  name=$1 times=$2 interval=$3
  shift 3
  "$@" >/tmp/woken &
  waiter=$!
  until grep -q ready /tmp/woken; do
    kill -0 $waiter 2>/dev/null || return
    sleep 1
  done
  sleep 1
  "$bench/trigger" "$attribute" 0 "$times" "$interval" >/tmp/triggered
  wait $waiter || return
  grep -v ready /tmp/woken | paste -d' ' /tmp/triggered - | awk -v name="$name" '{ printf "SAMPLE %s %d\n", name, $2 - $1 }'
}

for round in 1 2 3; do
  echo "== round $round: poll() in C"
  sample poll $count 5000 "$bench/wait_poll" "$attribute" $count
  echo "== round $round: the agent's watcher"
  # shellcheck disable=SC2086  # a command and its options
  sample agent $count 5000 $java org.hy300.bench.WaitAttribute "$attribute" $count
done

echo "== publish to subscriber"
# shellcheck disable=SC2086
$java org.hy300.bench.WaitMessage "$broker" bench/echo 300 echo | grep -v ready |
  awk '{ printf "SAMPLE echo %d\n", $2 - $1 }'

echo "== notification to subscriber"
HY300_BROKER=$broker HY300_DEVICE=bench /mnt/agent/bin/hy300-agent >/tmp/agent.log 2>&1 &
until grep -q 'agent_started' /tmp/agent.log; do sleep 1; done
# Further apart than the agent's conflation, so that each is a first change.
# shellcheck disable=SC2086
sample subscriber 150 400000 $java org.hy300.bench.WaitMessage "$broker" hy300/v1/bench/state/motor 150
echo "== done"

#!/bin/sh
# Runs the benchmarks in the guest; prints `SAMPLE name nanoseconds` lines, which run.sh summarises.
# SPDX-License-Identifier: Apache-2.0
#
# usage: guest.sh BROKER; JAVA_HOME is set, the motor is homed or will be
set -f # the class path's * is for Java
bench=$(dirname "$0")
broker=$1
motor=/sys/class/hy300/motor
attribute=$motor/target_position
# One step there and back: the shortest move that changes target_position.
orders='1 0'
trigger=$bench/trigger tmp=/tmp
# shellcheck source=bench/sample.sh
. "$bench/sample.sh"
count=600 interval=20000
java="$JAVA_HOME/bin/java -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xshare:auto -Dvertx.disableDnsResolver=true -cp $bench/lib/*"

until [ "$(cat $motor/homed)" = 1 ] && [ "$(cat $motor/moving)" = 0 ]; do sleep 1; done

for round in 1 2; do
  echo "== round $round: poll() in C"
  sample guest-poll "$attribute" "$orders" $count $interval "$bench/wait_poll" "$attribute"
  echo "== round $round: the agent's watcher"
  # shellcheck disable=SC2086  # a command and its options
  sample guest-agent "$attribute" "$orders" $count $interval $java org.hy300.bench.WaitAttribute "$attribute"
done

echo "== publish to subscriber"
# shellcheck disable=SC2086
$java org.hy300.bench.WaitMessage "$broker" bench/echo 300 | grep -v ready |
  awk 'NR > 60 { printf "SAMPLE echo %d\n", $2 - $1 }'

echo "== notification to subscriber"
HY300_BROKER=$broker HY300_DEVICE=bench /mnt/agent/bin/hy300-agent >/tmp/agent.log 2>&1 &
until grep -q 'connected to' /tmp/agent.log; do sleep 1; done
# More than twice the agent's conflation apart, so that each is a first change.
# shellcheck disable=SC2086
sample subscriber "$attribute" "$orders" 100 700000 $java org.hy300.bench.WaitMessage "$broker" hy300/v1/bench/state/motor
echo "== done"

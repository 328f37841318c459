# shellcheck shell=bash disable=SC2154,SC2016  # variables of test.sh; text that an inner shell expands
# Part of test.sh: boots the tree with its own systemd, with agent and collector as services and a simulated projector.
# SPDX-License-Identifier: Apache-2.0

inside() { nsenter --target "$first" --mount --pid --net --uts --ipc --cgroup --root --wd "$@"; }

# until_true COMMAND...: waits until it succeeds; five minutes are for a slow machine
until_true() {
  local end=$((SECONDS + 300))
  until "$@" >/dev/null 2>&1; do
    [ $SECONDS -lt $end ] || { echo "not within time: $*"; return 1; }
    sleep 0.2
  done
}

# boot: in the background; sets $machine, and $first to its first process
boot() {
  cat >>"$tree/etc/hy300/agent.yaml" <<EOF
device: projector-7
sysfs: /var/lib/hy300-agent/fleet/simulated-1/hy300
clock-marker: none
processes: [name=systemd]
EOF
  unshare --net sh -c 'ip link set lo up; exec "$@"' sh "$here/enter.sh" --boot "$tree" >"$work/boot.log" 2>&1 &
  machine=$!
  until_true first_process || cat "$work/boot.log"
  first=$(first_process)
}

first_process() {
  local child
  read -r child <"/proc/$machine/task/$machine/children"
  [ "$(cat "/proc/$child/comm")" = systemd ] && echo "$child"
}

services() {
  local service
  for service in hy300-agent hy300-collector; do
    until_true inside systemctl is-active $service || inside journalctl -q --no-pager -n 30 -u $service
  done
}

# The broker refuses an agent without its password.
levels() { until_true inside sh -c 'journalctl -q --no-pager -u hy300-agent -p warning..warning -o cat | grep -q "^mqtt: "'; }

# The README's steps for an agent of a collector with its own broker
login() {
  local password=/var/lib/hy300-collector/broker-password
  same password "600 hy300-collector" "$(inside stat -c '%a %U' $password)"
  inside install -m 640 -g hy300-agent $password /etc/hy300/agent/password
  printf '%s\n' 'broker-username: hy300' 'broker-password-file: /etc/hy300/agent/password' >>"$tree/etc/hy300/agent.yaml"
  inside systemctl restart hy300-agent
}

play() {
  inside setpriv --reuid=hy300-agent --regid=hy300-agent --clear-groups \
    hy300-simulator --directory /var/lib/hy300-agent/fleet >"$work/simulator.log" 2>&1 &
  until_true inside grep -q . /var/lib/hy300-agent/fleet/simulated-1/hy300/motor/position
  until_true online
}

online() { inside hy300 devices --json | grep -q '"device": *"projector-7".*"online": *true' && inside hy300 show projector-7 | grep -q motor; }

who_runs() {
  same "who runs" "hy300-agent java
hy300-agent java
hy300-collector java
hy300-collector java" "$(inside sh -c 'for p in /proc/[0-9]*; do [ "$(cat $p/comm)" != java ] || echo "$(stat -c %U $p) java"; done' | sort)"
}

# Everything listens on loopback only: addresses of listening sockets (0A)
loopback_only() {
  inside cat /proc/net/tcp /proc/net/tcp6 | awk '$4 == "0A" { sub(/:.*/, "", $2); print $2 }' |
    grep -vx -e 0100007F -e 0000000000000000FFFF00000100007F -e 00000000000000000000000001000000 || true
}

commands() {
  quietly inside hy300 motor home projector-7
  quietly inside hy300 motor move projector-7 40
  same position 40 "$(inside cat /var/lib/hy300-agent/fleet/simulated-1/hy300/motor/position)"
}

watches() {
  until_true running_seen
}

running_seen() { inside hy300 show projector-7 | grep -q 'hy300_process_running.*1'; }

status() {
  until_true connected
  inside systemctl show -P StatusText hy300-agent | grep -q 'mqtt://127.0.0.1:1883' || echo "systemctl status does not show it"
}

connected() { inside hy300-agent --config /etc/hy300/agent.yaml --status | grep -q '^projector-7: process [0-9]*, connected'; }

# What the sandbox lets the agent see and write
sandbox() {
  local agent
  agent=$(inside systemctl show -P MainPID hy300-agent)
  inside nsenter --target "$agent" --mount --root sh -c 'awk "\$5 == \"/sys/devices\" { print \$6 }" /proc/self/mountinfo' | grep -q '^rw' ||
    echo "the agent cannot write the drivers' attributes"
  inside nsenter --target "$agent" --mount --root sh -c 'for d in / /usr /etc /sys /proc/sys /var/lib/dpkg; do ! [ -w $d/. ] || ! touch $d/.x 2>/dev/null || echo "$d can be written"; done'
}

ends() {
  inside systemctl stop hy300-agent
  same "after a stop" inactive "$(inside systemctl is-active hy300-agent)"
  until_true offline
  quietly inside systemctl stop hy300-collector
  same failed "" "$(inside systemctl --failed --plain --no-legend --no-pager)"
}

offline() { inside hy300 devices | grep -q '^projector-7 *offline'; }

running() {
  boot
  check "systemd starts agent and collector" services
  check "a warning is one in the journal" levels
  check "the agent is given the broker's password" login
  check "a projector is seen by the command line" play
  check "each runs as its user" who_runs
  check "they listen on loopback only" loopback_only
  check "a motor is homed and moved" commands
  check "the agent sees processes of others" watches
  check "agent and systemd report its state" status
  check "the agent's sandbox" sandbox
  check "they stop, and the projector is offline" ends
  kill -KILL "$machine"
  wait "$machine" 2>/dev/null || true
  machine=
}

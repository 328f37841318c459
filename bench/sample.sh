# shellcheck shell=sh disable=SC2154  # the including script sets $trigger and $tmp
# Compares wake-ups with their causes, for guest.sh and run.sh.
# SPDX-License-Identifier: Apache-2.0

# sample NAME ATTRIBUTE 'TEXT...' COUNT INTERVAL_US WAITER...: prints `SAMPLE NAME nanoseconds` lines.
# The texts are written to the attribute alternately. A notification that comes before the waiter has seen the previous one merges with it,
# so each write is compared with the first wake-up after it. The first third is warm-up. $trigger is the program, $tmp a directory for its
# data.
sample() {
  name=$1 attribute=$2 texts=$3 times=$4 apart=$5
  shift 5
  "$@" >"$tmp/woken" &
  waiter=$!
  until grep -q ready "$tmp/woken"; do
    kill -0 $waiter 2>/dev/null || return 1
    sleep 1
  done
  sleep 1
  # shellcheck disable=SC2086  # a list of words
  "$trigger" "$attribute" "$times" "$apart" $texts >"$tmp/triggered"
  wait $waiter
  awk -v name="$name" -v times="$times" '
    FNR == NR { if ($1 != "ready") woken[++n] = $1; next }
    FNR == 1 { i = 1 }
    {
      while (i <= n && woken[i] < $1) i++
      if (i <= n && FNR > times / 3) printf "SAMPLE %s %d\n", name, woken[i] - $1
    }' "$tmp/woken" "$tmp/triggered"
}

#!/usr/bin/env bash
# Runs a command on one core and, of all time, in its slot only: so several have the same share of that core, and never at
# once. For machines where there is no quota (systemd-run -p CPUQuota=20%), as in most containers.
#
#   slot.sh NUMBER OF CORE COMMAND…     slot NUMBER (from 1 on) OF so many, of 20 ms each, one after the other, on CORE
#
# Outside of its slot it is stopped (SIGSTOP). Needs bash 5, taskset (util-linux), and for exact slots the right to a high
# priority (root).
set -euo pipefail

if [ $# -lt 4 ] || ! [[ "$1 $2 $3" =~ ^[1-9][0-9]{0,2}\ [1-9][0-9]{0,2}\ [0-9]{1,3}$ ]] || [ "$1" -gt "$2" ]; then
  echo "slot.sh: NUMBER OF CORE COMMAND… are needed, such as 'slot.sh 1 4 0 java …'; NUMBER is at most OF." >&2
  exit 2
fi
number=$1 of=$2 core=$3
shift 3
command -v taskset >/dev/null || { echo "slot.sh: taskset is needed: install util-linux." >&2; exit 2; }

slot=20000 # µs
pid=$$
(
  renice -n -20 -p "$BASHPID" || true
  exec 9<> <(:) # from which nothing ever comes: to wait without starting a process
  pause() { read -r -t "$(($1 / 1000000)).$(printf %06d $(($1 % 1000000)))" -u 9 || true; }
  while kill -0 "$pid"; do
    now=${EPOCHREALTIME/[.,]/}
    into=$(((now - (number - 1) * slot) % (of * slot)))
    if [ "$into" -lt "$slot" ]; then
      kill -CONT "$pid"
      pause $((slot - into))
    else
      kill -STOP "$pid"
      pause $((of * slot - into))
    fi
  done
) </dev/null >/dev/null 2>&1 &

exec taskset -c "$core" "$@"

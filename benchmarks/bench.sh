#!/usr/bin/env bash
# What ./fanfare bench runs: measures the whole pipeline on this machine; --help says how, launch.sh what it listens to.
set -euo pipefail

. "$(dirname "${BASH_SOURCE[0]}")/launch.sh"
options=()
[ ! -t 2 ] || options+=(-Dfanfare.terminal.err=true)
launch ${options[@]+"${options[@]}"} dev.fanfare.benchmarks.pipeline.BenchCommand "$@"

#!/usr/bin/env bash
# Measures the index of attempts on this machine; --help says how, launch.sh what it listens to.
set -euo pipefail

. "$(dirname "${BASH_SOURCE[0]}")/launch.sh"
launch dev.fanfare.benchmarks.attempts.AttemptsBenchmark "$@"

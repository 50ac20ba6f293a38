#!/usr/bin/env bash
# Measures the ingest service on this machine; --help says how, launch.sh what it listens to.
set -euo pipefail

. "$(dirname "${BASH_SOURCE[0]}")/launch.sh"
launch dev.fanfare.benchmarks.ingest.IngestBenchmark "$@"

#!/usr/bin/env bash
# The rules of users.yaml as commands, for clusters without Strimzi. Users that are there already get them.
#
#   KAFKA_ACLS  kafka-acls.sh of your Kafka (default: found on the path)
#   PRINCIPAL   what stands before a role's name (default: User:fanfare-; for certificates such as User:CN=fanfare-)
#
#   deploy/kafka/acls.sh --bootstrap-server kafka-1:9092 --command-config admin.properties
set -euo pipefail

[ $# -gt 0 ] || { sed -n '2,7s/^# \{0,1\}//p' "$0" >&2; exit 2; }
kafka_acls=${KAFKA_ACLS:-kafka-acls.sh}
connection=("$@")

# allow ROLE RESOURCE NAME PATTERN OPERATION…
allow() {
  local role=$1 resource=$2 name=$3 pattern=$4 operations=()
  shift 4
  for operation in "$@"; do operations+=(--operation "$operation"); done
  "$kafka_acls" "${connection[@]}" --add --force --allow-principal "${PRINCIPAL:-User:fanfare-}$role" \
    "--$resource" "$name" --resource-pattern-type "$pattern" "${operations[@]}"
}

# ingest: takes events over HTTP
allow ingest topic fanfare.events literal Write
allow ingest topic fanfare.catalog literal Read

# router: makes deliveries of events
allow router topic fanfare.events literal Read
allow router topic fanfare.subscriptions literal Read
allow router topic fanfare.catalog literal Read
allow router topic fanfare.fanout literal Read Write
allow router topic fanfare.runs literal Read Write
allow router topic fanfare-router-seen-changelog literal Read Write
allow router topic fanfare.deliveries literal Write
allow router topic fanfare.dead-letters literal Write
allow router group fanfare-router literal Read
allow router group fanfare-fanout literal Read
allow router group fanfare-replay literal Read
allow router transactional-id fanfare-replay literal Write

# dispatcher: sends webhooks
allow dispatcher topic fanfare.deliveries literal Read
allow dispatcher topic fanfare.subscriptions literal Read
allow dispatcher topic fanfare.attempts literal Write
allow dispatcher topic fanfare.retry. prefixed Write
allow dispatcher topic fanfare.parked literal Write
allow dispatcher topic fanfare.dead-letters literal Write
allow dispatcher topic fanfare.signals literal Write
allow dispatcher group fanfare-dispatchers literal Read
allow dispatcher transactional-id fanfare-dispatcher- prefixed Write

# retry: brings deliveries back when they are due
allow retry topic fanfare.retry. prefixed Read Write DescribeConfigs
allow retry topic fanfare.deliveries literal Write
allow retry topic fanfare.dead-letters literal Read Write
allow retry topic fanfare.parked literal Read Write
allow retry topic fanfare.subscriptions literal Read
allow retry group fanfare-retry literal Read
allow retry group fanfare-unpark literal Read
allow retry group fanfare-dead-letter-count literal Read
allow retry transactional-id fanfare-retry- prefixed Write
allow retry transactional-id fanfare-unpark- prefixed Write

# control: management API and console
allow control topic fanfare.subscriptions literal Read Write
allow control topic fanfare.catalog literal Read Write
allow control topic fanfare.runs literal Read Write
allow control topic fanfare.audit literal Read Write
allow control topic fanfare.attempts literal Read DescribeConfigs
allow control topic fanfare.signals literal Read
allow control topic fanfare.deliveries literal Read Write
allow control topic fanfare.events literal Read Write
allow control topic fanfare.fanout literal Write
allow control topic fanfare.dead-letters literal Read Write
allow control topic fanfare.retry. prefixed Read
allow control group fanfare-control-signals literal Read
allow control group fanfare-router literal Describe
allow control group fanfare-dispatchers literal Describe
allow control group fanfare-retry literal Describe
allow control transactional-id fanfare-control-tables literal Write
allow control transactional-id fanfare-dead-letters- prefixed Write

# operator: people, with the fanfare command against Kafka
allow operator topic fanfare prefixed Create Read DescribeConfigs
allow operator topic fanfare.dead-letters literal Write
allow operator topic fanfare.deliveries literal Write
allow operator topic fanfare.events literal Write
allow operator topic fanfare.fanout literal Write
allow operator topic fanfare.runs literal Write
allow operator topic fanfare.audit literal Write
allow operator group fanfare- prefixed Describe
allow operator transactional-id fanfare-dead-letters- prefixed Write
allow operator transactional-id fanfare-import- prefixed Write

"""Produces an event straight to Kafka; needs confluent-kafka (pip, or Debian's python3-confluent-kafka)."""

import sys

from confluent_kafka import Producer

producer = Producer(
    {
        "bootstrap.servers": sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:9092",
        "acks": "all",
        "enable.idempotence": True,
        # as clients in Java do it: the same key comes to the same partition, whoever produces
        "partitioner": "murmur2_random",
    }
)
failures = []
producer.produce(
    "fanfare.events",
    key="order-17",
    value='{"order": 17}',
    headers={
        "ce_specversion": "1.0",
        "ce_id": "py-kafka-17",
        "ce_source": "/orders",
        "ce_type": "order.created",
        "ce_tenant": "default",
        "content-type": "application/json",
    },
    on_delivery=lambda failure, record: failures.append(failure) if failure else print("py-kafka-17"),
)
if producer.flush(30) or failures:
    sys.exit(f"not produced: {failures}")

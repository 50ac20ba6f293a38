// Produces an event straight to Kafka; needs kafkajs (npm).
const { CompressionTypes, Kafka, Partitioners, logLevel } = require("kafkajs");

async function main() {
  const kafka = new Kafka({ brokers: [process.argv[2] ?? "127.0.0.1:9092"], logLevel: logLevel.ERROR });
  // its default partitioner is that of clients in Java: the same key comes to the same partition, whoever produces
  const producer = kafka.producer({ idempotent: true, createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  try {
    await producer.send({
      topic: "fanfare.events",
      acks: -1, // all
      compression: CompressionTypes.GZIP,
      messages: [
        {
          key: "order-17",
          value: '{"order": 17}',
          headers: {
            ce_specversion: "1.0",
            ce_id: "js-kafka-17",
            ce_source: "/orders",
            ce_type: "order.created",
            ce_tenant: "default",
            "content-type": "application/json",
          },
        },
      ],
    });
    console.log("js-kafka-17");
  } finally {
    await producer.disconnect();
  }
}

main().catch((failure) => {
  console.error(failure);
  process.exitCode = 1;
});

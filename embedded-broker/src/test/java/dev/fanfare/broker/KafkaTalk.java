package dev.fanfare.broker;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** What an ordinary Kafka client does with the broker, in few words. Every topic has one partition. */
final class KafkaTalk {

    private KafkaTalk() {}

    static void createTopic(String bootstrapServers, String topic) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
            admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all().get(20, TimeUnit.SECONDS);
        }
        endOffset(bootstrapServers, new TopicPartition(topic, 0));
    }

    private static long endOffset(String bootstrapServers, TopicPartition partition) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
            return admin.listOffsets(Map.of(partition, OffsetSpec.latest()))
                    .partitionResult(partition)
                    .get(20, TimeUnit.SECONDS)
                    .offset();
        }
    }

    static Producer<String, String> producer(String bootstrapServers, Map<String, Object> more) {
        var config = new java.util.HashMap<String, Object>(more);
        config.put("bootstrap.servers", bootstrapServers);
        return new KafkaProducer<>(config, new StringSerializer(), new StringSerializer());
    }

    static void produce(String bootstrapServers, String topic, int from, int to) throws Exception {
        try (Producer<String, String> producer = producer(bootstrapServers, Map.of())) {
            var acks = IntStream.range(from, to)
                    .mapToObj(i -> producer.send(new ProducerRecord<>(topic, "record " + i)))
                    .toList();
            for (var ack : acks) {
                ack.get(20, TimeUnit.SECONDS);
            }
        }
    }

    /** Commits the offset of a group that has no members. */
    static void commit(String bootstrapServers, String group, String topic, long offset) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
            admin.alterConsumerGroupOffsets(group, Map.of(new TopicPartition(topic, 0), new OffsetAndMetadata(offset)))
                    .all()
                    .get(60, TimeUnit.SECONDS);
        }
    }

    /** What a group has committed. */
    static long committed(String bootstrapServers, String group, String topic) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
            return admin.listConsumerGroupOffsets(group)
                    .partitionsToOffsetAndMetadata()
                    .get(60, TimeUnit.SECONDS)
                    .get(new TopicPartition(topic, 0))
                    .offset();
        }
    }

    /**
     * All values that a read_committed reader sees, up to the end offset of this moment. A commit returns before its
     * marker is in the log, so the end is asked for without regard to transactions, and the reader waits for the marker.
     */
    static List<String> readAll(String bootstrapServers, String topic) throws Exception {
        Map<String, Object> config = Map.of(
                "bootstrap.servers", bootstrapServers,
                "isolation.level", "read_committed",
                "auto.offset.reset", "earliest");
        TopicPartition partition = new TopicPartition(topic, 0);
        List<String> values = new ArrayList<>();
        try (var consumer = new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer())) {
            consumer.assign(Set.of(partition));
            long end = endOffset(bootstrapServers, partition);
            while (consumer.position(partition) < end) {
                for (ConsumerRecord<String, String> consumed : consumer.poll(Duration.ofMillis(200))) {
                    values.add(consumed.value());
                }
            }
        }
        return values;
    }
}

package dev.fanfare.benchmarks.router;

import dev.fanfare.benchmarks.run.BenchmarkFailure;
import dev.fanfare.benchmarks.run.Payload;
import dev.fanfare.contract.event.Event;
import dev.fanfare.contract.event.EventRecords;
import dev.fanfare.contract.subscription.Subscription;
import dev.fanfare.contract.topic.Tier;
import dev.fanfare.contract.topic.TopicLayout;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.runtime.kafka.KafkaAnswer;
import dev.fanfare.runtime.kafka.KafkaConnection;
import dev.fanfare.runtime.kafka.TopicSetup;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * What the router finds on Kafka, written as producers and the control plane would, and what it leaves there. Confined
 * to one thread.
 */
final class RouterLoad implements AutoCloseable {
    private static final TopicLayout LAYOUT = new TopicLayout(6, 6, (short) 1, Tier.DEFAULTS);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    /** So many that compression finds no body twice in a batch, but for those of one event. */
    private static final int BODIES = 4_096;

    private final KafkaConnection kafka;
    private final Admin admin;
    private final Producer<byte[], byte[]> producer;
    private final byte[][] bodies = new byte[BODIES][];
    private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();

    RouterLoad(String bootstrapServers, int bodyBytes) {
        this.kafka = KafkaConnection.to(bootstrapServers);
        this.admin = kafka.admin("benchmark-admin");
        this.producer = kafka.producer("benchmark", Map.of());
        Random random = new Random(1);
        for (int i = 0; i < BODIES; i++) {
            bodies[i] = Payload.body(bodyBytes, random);
        }
        new TopicSetup(admin, PATIENCE).create(LAYOUT.specs());
    }

    /** The type of events that so many subscriptions want. */
    static String type(int fanOut) {
        return "fan-" + fanOut;
    }

    /** The subscriptions that want an event of that type. */
    static List<String> subscriptions(int fanOut) {
        return IntStream.range(0, fanOut)
                .mapToObj(number -> type(fanOut) + "-" + number)
                .toList();
    }

    /** Writes the subscriptions for events of that fan-out. */
    void subscribe(int fanOut) {
        for (String id : subscriptions(fanOut)) {
            subscribe(id, type(fanOut));
        }
        settle();
    }

    /** Writes very many subscriptions that want nothing of what is sent, a thousand to each type. */
    void crowd(int count) {
        for (int number = 0; number < count; number++) {
            subscribe("crowd-" + number, "crowd." + number / 1_000);
        }
        settle();
    }

    /** With what the control plane writes beside: a retry schedule and a sealed secret. */
    private void subscribe(String id, String type) {
        Subscription subscription = Subscription.builder(
                        Payload.TENANT, id, UUID.randomUUID(), URI.create("http://127.0.0.1:9/" + id))
                .eventTypes(List.of(type))
                .retry(new Subscription.Retry(List.of("1m", "10m", "1h")))
                .secrets(List.of(new Subscription.SealedSecret("A".repeat(120), 1)))
                .createdAtMillis(1)
                .updatedAtMillis(1)
                .build();
        send(new ProducerRecord<>(
                Topics.SUBSCRIPTIONS, subscription.key().getBytes(StandardCharsets.UTF_8), subscription.toJson()));
    }

    /** Writes a backlog; returns when all of it is acknowledged. */
    void backlog(String run, int fanOut, int events) {
        for (int number = 0; number < events; number++) {
            send(event(run, fanOut, number));
        }
        settle();
    }

    /** Writes one event at once. */
    void one(String run, int fanOut, int number) {
        offer(run, fanOut, number);
        producer.flush();
    }

    /** Writes one event, without waiting for it. */
    void offer(String run, int fanOut, int number) {
        send(event(run, fanOut, number));
    }

    private ProducerRecord<byte[], byte[]> event(String run, int fanOut, int number) {
        byte[] body = bodies[Math.floorMod(number, BODIES)];
        Map<String, String> attributes = Payload.attributes(run + "-" + number);
        attributes.put(Event.TYPE, type(fanOut));
        Event event = new Event(attributes, "application/json", body);
        ProducerRecord<byte[], byte[]> message =
                new ProducerRecord<>(Topics.EVENTS, event.recordKey().getBytes(StandardCharsets.UTF_8), body);
        EventRecords.writeHeaders(event, message.headers());
        return message;
    }

    private void send(ProducerRecord<byte[], byte[]> message) {
        Future<RecordMetadata> unused = producer.send(message, (metadata, problem) -> {
            if (problem != null) {
                failure.compareAndSet(null, problem);
            }
        });
    }

    private void settle() {
        producer.flush();
        Exception problem = failure.get();
        if (problem != null) {
            throw BenchmarkFailure.of("the load could not be written: " + problem);
        }
    }

    /** How many records the deliveries topic has, transactions' markers and what is not committed included. */
    long appended() {
        Map<TopicPartition, Long> begins = offsets(Topics.DELIVERIES, OffsetSpec.earliest());
        return sum(offsets(Topics.DELIVERIES, OffsetSpec.latest())) - sum(begins);
    }

    private static long sum(Map<TopicPartition, Long> offsets) {
        return offsets.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Whether a group has committed that all events are dealt with. */
    boolean isDone(String group) {
        Map<TopicPartition, OffsetAndMetadata> committed = KafkaAnswer.await(
                admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata(),
                PATIENCE,
                "asking what is committed");
        return offsets(Topics.EVENTS, OffsetSpec.latest()).entrySet().stream().allMatch(end -> {
            OffsetAndMetadata at = committed.get(end.getKey());
            return end.getValue() == 0 || (at != null && at.offset() >= end.getValue());
        });
    }

    /** What the deliveries take on the broker's disk. */
    long deliveriesBytes() {
        return KafkaAnswer.await(admin.describeLogDirs(List.of(1)).allDescriptions(), PATIENCE, "asking for sizes")
                .values()
                .stream()
                .flatMap(folders -> folders.values().stream())
                .flatMap(folder -> folder.replicaInfos().entrySet().stream())
                .filter(replica -> replica.getKey().topic().equals(Topics.DELIVERIES))
                .mapToLong(replica -> replica.getValue().size())
                .sum();
    }

    /** Reads all deliveries that are committed. */
    void read(DeliveryCheck check) {
        // the last stable offset may lag behind an acknowledged commit for a moment
        try (Consumer<byte[], byte[]> consumer = reader("benchmark-check")) {
            consumer.seekToBeginning(consumer.assignment());
            Map<TopicPartition, Long> ends = offsets(Topics.DELIVERIES, OffsetSpec.latest());
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                if (System.nanoTime() > deadline) {
                    throw BenchmarkFailure.of("the deliveries can't be read to their end: a transaction stays open");
                }
                consumer.poll(Duration.ofMillis(100)).forEach(check::add);
            }
        }
    }

    /** A reader of the deliveries that are committed from now on. */
    Consumer<byte[], byte[]> reader(String clientId) {
        Consumer<byte[], byte[]> consumer = kafka.consumer(clientId, Map.of());
        consumer.assign(IntStream.range(0, LAYOUT.deliveryPartitions())
                .mapToObj(partition -> new TopicPartition(Topics.DELIVERIES, partition))
                .toList());
        consumer.seekToEnd(consumer.assignment());
        consumer.assignment().forEach(consumer::position);
        return consumer;
    }

    /** Removes all events and deliveries, so that no run meets those of another. */
    void clear() {
        Map<TopicPartition, RecordsToDelete> all = new HashMap<>();
        for (String topic : List.of(Topics.EVENTS, Topics.DELIVERIES)) {
            offsets(topic, OffsetSpec.latest())
                    .forEach((partition, end) -> all.put(partition, RecordsToDelete.beforeOffset(end)));
        }
        KafkaAnswer.await(admin.deleteRecords(all).all(), PATIENCE, "clearing the topics");
    }

    private Map<TopicPartition, Long> offsets(String topic, OffsetSpec which) {
        Map<TopicPartition, OffsetSpec> wanted = new HashMap<>();
        for (int partition = 0; partition < 6; partition++) {
            wanted.put(new TopicPartition(topic, partition), which);
        }
        Map<TopicPartition, Long> offsets = new HashMap<>();
        Map<TopicPartition, ListOffsetsResultInfo> answer =
                KafkaAnswer.await(admin.listOffsets(wanted).all(), PATIENCE, "asking for offsets");
        answer.forEach((partition, info) -> offsets.put(partition, info.offset()));
        return offsets;
    }

    @Override
    public void close() {
        producer.close(Duration.ZERO);
        admin.close(Duration.ZERO);
    }
}

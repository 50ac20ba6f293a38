package dev.fanfare.benchmarks.dispatcher;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fanfare.benchmarks.run.BenchmarkFailure;
import dev.fanfare.benchmarks.run.Payload;
import dev.fanfare.contract.Json;
import dev.fanfare.contract.UndecodableRecord;
import dev.fanfare.contract.delivery.Delivery;
import dev.fanfare.contract.delivery.DeliveryId;
import dev.fanfare.contract.delivery.DeliveryRecords;
import dev.fanfare.contract.delivery.Progress;
import dev.fanfare.contract.delivery.SubscriptionVersion;
import dev.fanfare.contract.event.Event;
import dev.fanfare.contract.event.EventRecords;
import dev.fanfare.contract.signing.SecretSeal;
import dev.fanfare.contract.signing.WebhookSecret;
import dev.fanfare.contract.subscription.Subscription;
import dev.fanfare.contract.topic.Tier;
import dev.fanfare.contract.topic.TopicLayout;
import dev.fanfare.contract.topic.TopicSpec;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.runtime.kafka.KafkaAnswer;
import dev.fanfare.runtime.kafka.KafkaConnection;
import dev.fanfare.runtime.kafka.LogEnds;
import dev.fanfare.runtime.kafka.TopicSetup;
import dev.fanfare.runtime.secret.KeysetFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * What the dispatcher finds on Kafka, written as the router and the control plane would, and what it leaves there.
 * Confined to one thread.
 */
final class Workload implements AutoCloseable {
    static final TopicLayout LAYOUT = new TopicLayout(6, 6, (short) 1, Tier.parseList("1m,10m,1h"));

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int BODIES = 64;

    /** A subscription that deliveries can be made for. */
    record Target(String id, byte[] key, UUID generation, SubscriptionVersion version) {}

    private final KafkaConnection kafka;
    private final Admin admin;
    private final Producer<byte[], byte[]> producer;
    private final Path keyset;
    private final SecretSeal seal;
    private final byte[][] bodies = new byte[BODIES][];
    private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();

    Workload(String bootstrapServers, Path folder, int bodyBytes) throws IOException {
        this.kafka = KafkaConnection.to(bootstrapServers);
        this.keyset = folder.resolve("keyset.json");
        KeysetFile.create(keyset);
        this.seal = KeysetFile.open(keyset);
        this.admin = kafka.admin("benchmark-admin");
        this.producer = kafka.producer("benchmark", Map.of());
        Random random = new Random(1);
        for (int i = 0; i < BODIES; i++) {
            bodies[i] = Payload.body(bodyBytes, random);
        }
        new TopicSetup(admin, PATIENCE).create(LAYOUT.specs());
    }

    Path keyset() {
        return keyset;
    }

    /** Writes subscriptions with secrets of their own, one for each URL. */
    List<Target> subscribe(String prefix, List<String> urls, Duration timeout) {
        String topicId = Objects.requireNonNull(KafkaAnswer.await(
                                admin.describeTopics(List.of(Topics.SUBSCRIPTIONS))
                                        .allTopicNames(),
                                PATIENCE,
                                "asking for the subscriptions topic")
                        .get(Topics.SUBSCRIPTIONS))
                .topicId()
                .toString();
        List<Target> targets = new ArrayList<>();
        for (String url : urls) {
            String id = prefix + "-" + targets.size();
            UUID generation = UUID.randomUUID();
            byte[] key = Delivery.key(Payload.TENANT, id).getBytes(StandardCharsets.UTF_8);
            byte[] json = subscription(id, generation, url, timeout);
            RecordMetadata at = KafkaAnswer.await(
                    producer.send(new ProducerRecord<>(Topics.SUBSCRIPTIONS, key, json)), PATIENCE, "subscribing");
            targets.add(new Target(id, key, generation, new SubscriptionVersion(topicId, at.offset())));
        }
        return targets;
    }

    private byte[] subscription(String id, UUID generation, String url, Duration timeout) {
        ObjectNode json = Json.TOPIC.createObjectNode();
        json.put("id", id).put("tenant", Payload.TENANT).put("generation", generation.toString());
        json.put("url", url).put("timeout", timeout.toSeconds() + "s");
        json.put("maxInFlight", Subscription.DEFAULT_MAX_IN_FLIGHT).put("state", "active");
        json.put("createdAtMillis", 1).put("updatedAtMillis", 1);
        json.putArray("eventTypes").add(Payload.EVENT_TYPE);
        json.putObject("headers");
        json.putObject("metadata");
        json.putObject("retry").putArray("schedule").add("1m").add("10m").add("1h");
        json.putArray("secrets")
                .addPOJO(seal.seal(WebhookSecret.mint(new SecureRandom()), Delivery.key(Payload.TENANT, id), 1));
        byte[] bytes = json.toString().getBytes(StandardCharsets.UTF_8);
        try {
            return Subscription.fromJson(bytes).toJson();
        } catch (UndecodableRecord e) {
            throw new IllegalStateException(e);
        }
    }

    /** Writes a backlog, one delivery for each target in turn; returns when all of it is acknowledged. */
    void backlog(String run, List<Target> targets, long deliveries) {
        long now = System.currentTimeMillis();
        for (long i = 0; i < deliveries; i++) {
            send(run, targets, i, now);
        }
        settle();
    }

    /**
     * Writes deliveries at a steady rate, each when it is due (an open loop: what is late is not left out).
     *
     * @return when each was due, Unix milliseconds
     */
    long[] pace(String run, List<Target> targets, int perSecond, Duration length) {
        int count = (int) (length.toSeconds() * perSecond);
        long[] dueAtMillis = new long[count];
        long beginNanos = System.nanoTime();
        long beginMillis = System.currentTimeMillis();
        for (int i = 0; i < count; i++) {
            long dueNanos = i * 1_000_000_000L / perSecond;
            for (long left = dueNanos - (System.nanoTime() - beginNanos);
                    left > 0;
                    left = dueNanos - (System.nanoTime() - beginNanos)) {
                LockSupport.parkNanos(Math.max(left, 500_000));
            }
            dueAtMillis[i] = beginMillis + dueNanos / 1_000_000;
            send(run, targets, i, dueAtMillis[i]);
        }
        settle();
        return dueAtMillis;
    }

    private void send(String run, List<Target> targets, long number, long acceptedAtMillis) {
        Target target = targets.get((int) (number % targets.size()));
        String eventId = run + "-" + number;
        byte[] body = bodies[(int) (number % BODIES)];
        Delivery delivery = new Delivery(
                DeliveryId.of(Payload.TENANT, Payload.SOURCE, eventId, target.id(), target.generation()),
                Payload.TENANT,
                target.id(),
                target.generation(),
                target.version(),
                eventId,
                Payload.EVENT_TYPE,
                acceptedAtMillis,
                Progress.NONE);
        ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(Topics.DELIVERIES, target.key(), body);
        EventRecords.writeHeaders(new Event(Payload.attributes(eventId), "application/json", body), record.headers());
        DeliveryRecords.writeHeaders(delivery, record.headers());
        Future<RecordMetadata> unused = producer.send(record, (metadata, problem) -> {
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

    /** Where the topics end that dispatchers write to. */
    Map<TopicPartition, Long> ends() {
        return ends(LAYOUT.specs().stream()
                .map(TopicSpec::name)
                .filter(name -> !name.equals(Topics.EVENTS) && !name.equals(Topics.DELIVERIES))
                .toList());
    }

    private Map<TopicPartition, Long> ends(Collection<String> topics) {
        List<TopicPartition> partitions = new ArrayList<>();
        for (TopicSpec spec : LAYOUT.specs()) {
            if (topics.contains(spec.name())) {
                for (int partition = 0; partition < spec.partitions(); partition++) {
                    partitions.add(new TopicPartition(spec.name(), partition));
                }
            }
        }
        return LogEnds.of(admin, partitions, PATIENCE);
    }

    /** Reads what dispatchers wrote since, transactions that were not committed left out. */
    void readSince(Map<TopicPartition, Long> since, Traces traces) {
        Map<TopicPartition, Long> until = ends();
        try (Consumer<byte[], byte[]> consumer = kafka.consumer("benchmark-traces", Map.of())) {
            consumer.assign(since.keySet());
            since.forEach((partition, offset) -> consumer.seek(partition, offset));
            long deadline = System.nanoTime() + Duration.ofMinutes(2).toNanos();
            while (until.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                if (System.nanoTime() > deadline) {
                    throw BenchmarkFailure.of("a transaction stays open: what the dispatcher wrote can't be read");
                }
                consumer.poll(Duration.ofMillis(100)).forEach(traces::add);
            }
        }
    }

    /** Removes all deliveries and what became of them, so that no run meets those of another. */
    void clear() {
        Map<TopicPartition, RecordsToDelete> all = new HashMap<>();
        List<String> topics = LAYOUT.specs().stream()
                .filter(spec ->
                        String.valueOf(spec.configs().get("cleanup.policy")).equals("delete"))
                .map(TopicSpec::name)
                .toList();
        ends(topics).forEach((partition, end) -> all.put(partition, RecordsToDelete.beforeOffset(end)));
        KafkaAnswer.await(admin.deleteRecords(all).all(), PATIENCE, "clearing the topics");
    }

    @Override
    public void close() {
        producer.close(Duration.ZERO);
        admin.close(Duration.ZERO);
    }
}

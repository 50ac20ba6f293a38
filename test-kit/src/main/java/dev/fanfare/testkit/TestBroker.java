package dev.fanfare.testkit;

import dev.fanfare.broker.BrokerSettings;
import dev.fanfare.broker.EmbeddedBroker;
import dev.fanfare.contract.topic.Tier;
import dev.fanfare.contract.topic.TopicLayout;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * A real broker for tests, with the few things that nearly every test does with one. Its data lie in a temporary folder
 * that goes with it.
 *
 * <pre>{@code
 * TestBroker broker = TestBroker.shared();          // one per JVM; or by parameter, see WithBroker
 * String topic = broker.newTopic("orders", 3);
 * broker.send(new ProducerRecord<>(topic, key, value));
 * assertThat(broker.records(topic)).hasSize(1);
 *
 * try (TestBroker own = TestBroker.fresh()) {       // for Fanfare's own topics, whose names are fixed
 *     own.createFanfareTopics();
 * }
 * }</pre>
 *
 * Thread-safe, except that only one thread may {@link #stop()} and {@link #startAgain()}.
 */
public final class TestBroker implements AutoCloseable {

    /** Two partitions each and tiers of 1 s, 2 s and 5 s: enough to spread, quick to create. */
    public static final TopicLayout SMALL_LAYOUT = new TopicLayout(2, 2, (short) 1, Tier.parseList("1s,2s,5s"));

    /** A member learns of its partitions with a heartbeat: tests needn't wait half a second for each. */
    private static final Map<String, String> QUICK_GROUPS =
            Map.of("group.consumer.heartbeat.interval.ms", "100", "group.consumer.min.heartbeat.interval.ms", "100");

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final AtomicInteger NEXT_TOPIC = new AtomicInteger();

    private final Path folder;
    private final BrokerSettings settings;
    private final Admin admin;
    private final Producer<byte[], byte[]> producer;
    private @Nullable EmbeddedBroker broker;

    private TestBroker(Map<String, String> own, Optional<String> secured) {
        Map<String, String> overrides = new HashMap<>(QUICK_GROUPS);
        overrides.putAll(own);
        try {
            folder = Files.createTempDirectory("fanfare-test-broker");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        EmbeddedBroker started = EmbeddedBroker.start(new BrokerSettings(folder, 0, overrides, secured));
        broker = started;
        settings = new BrokerSettings(folder, started.port(), overrides, secured);
        admin = Admin.create(clientConfig());
        producer = new KafkaProducer<>(clientConfig(), new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** The broker of this JVM, started by the first who asks, closed when the JVM ends. Don't close or stop it. */
    public static TestBroker shared() {
        return Shared.BROKER;
    }

    /** A broker of its own; whoever asks closes it. */
    public static TestBroker fresh() {
        return fresh(Map.of());
    }

    /** A broker of its own with other Kafka broker properties; whoever asks closes it. */
    public static TestBroker fresh(Map<String, String> overrides) {
        return new TestBroker(overrides, Optional.empty());
    }

    /**
     * A broker of its own with a second listener for clients; whoever asks closes it. The first one, which all other
     * methods use, stays open to everybody.
     *
     * @param protocol  of the second, such as {@code SASL_SSL}
     * @param overrides with its keys and mechanisms, under {@code listener.name.secured.}
     */
    public static TestBroker secured(String protocol, Map<String, String> overrides) {
        return new TestBroker(overrides, Optional.of(protocol));
    }

    private static final class Shared {
        private static final TestBroker BROKER = fresh();

        static {
            Runtime.getRuntime().addShutdownHook(new Thread(BROKER::close, "close-shared-test-broker"));
        }
    }

    /** Where clients connect, as Kafka's {@code bootstrap.servers} wants it; the same after a stop and start. */
    public String bootstrapServers() {
        return "127.0.0.1:" + settings.port();
    }

    /** Where clients of the second listener connect; another place after a stop and start. */
    public String securedBootstrapServers() {
        return Objects.requireNonNull(broker, "the broker is stopped").securedBootstrapServers();
    }

    /** A client configuration with the bootstrap servers; the caller may change it. */
    public Map<String, Object> clientConfig() {
        return new HashMap<>(Map.of("bootstrap.servers", bootstrapServers()));
    }

    /** An admin client that lives as long as the broker. */
    public Admin admin() {
        return admin;
    }

    /** Creates a topic under a name that no other test uses, and returns the name when it can be written to. */
    public String newTopic(String prefix, int partitions) {
        return newTopic(prefix, partitions, Map.of());
    }

    /** As {@link #newTopic(String, int)}, with topic-level settings. */
    public String newTopic(String prefix, int partitions, Map<String, String> configs) {
        String name = prefix + "-" + NEXT_TOPIC.incrementAndGet();
        createTopics(List.of(new NewTopic(name, partitions, (short) 1).configs(configs)));
        return name;
    }

    /** Creates all of Fanfare's topics in the {@link #SMALL_LAYOUT}. */
    public void createFanfareTopics() {
        createFanfareTopics(SMALL_LAYOUT);
    }

    /** Creates all of Fanfare's topics. Their names are fixed: use a {@link #fresh()} broker. */
    public void createFanfareTopics(TopicLayout layout) {
        createTopics(layout.specs().stream()
                .map(spec ->
                        new NewTopic(spec.name(), spec.partitions(), spec.replicationFactor()).configs(spec.configs()))
                .toList());
    }

    /**
     * Creates topics and returns when every partition answers. A producer that comes earlier can hang until its
     * delivery time-out (KAFKA-15591).
     */
    public void createTopics(Collection<NewTopic> topics) {
        get(admin.createTopics(topics).all());
        List<String> names = topics.stream().map(NewTopic::name).toList();
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                endOffsets(names);
                return;
            } catch (IllegalStateException e) {
                // On a busy machine the broker may not know of its newest topics at once.
                boolean passes = e.getCause() != null && e.getCause().getCause() instanceof RetriableException;
                if (!passes || System.nanoTime() > deadline) {
                    throw e;
                }
            }
        }
    }

    /** Sends one record and returns when it is acknowledged. */
    public RecordMetadata send(ProducerRecord<byte[], byte[]> message) {
        try {
            return producer.send(message).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("The test broker did not acknowledge a record to " + message.topic(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /**
     * All records up to this moment's end of the topic, as a read_committed reader sees them; in order within each
     * partition. Waits for the transactions that are open at the end: a commit returns before its marker is in the log.
     *
     * @throws IllegalStateException if one of them stays open for half a minute
     */
    public List<ConsumerRecord<byte[], byte[]>> records(String topic) {
        Map<String, Object> config = clientConfig();
        config.put("isolation.level", "read_committed");
        config.put("auto.offset.reset", "earliest");
        // A close waits for the fetch that is under way.
        config.put("fetch.max.wait.ms", 20);
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        Map<TopicPartition, Long> ends = endOffsets(List.of(topic));
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        try (var consumer = new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(ends.keySet());
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                if (System.nanoTime() > deadline) {
                    throw new IllegalStateException("A transaction on " + topic + " stays open; its end is " + ends);
                }
                consumer.poll(Duration.ofMillis(100)).forEach(records::add);
            }
        }
        return records;
    }

    /** The end offset of every partition of the topics, behind what open transactions have written. */
    public Map<TopicPartition, Long> endOffsets(Collection<String> topics) {
        Map<TopicPartition, OffsetSpec> wanted = new HashMap<>();
        for (TopicDescription topic :
                get(admin.describeTopics(topics).allTopicNames()).values()) {
            topic.partitions()
                    .forEach(partition ->
                            wanted.put(new TopicPartition(topic.name(), partition.partition()), OffsetSpec.latest()));
        }
        Map<TopicPartition, Long> ends = new HashMap<>();
        get(admin.listOffsets(wanted).all()).forEach((partition, info) -> ends.put(partition, info.offset()));
        return ends;
    }

    /** Stops the broker in an orderly way and keeps its data; clients see refused connections. */
    public void stop() {
        if (broker != null) {
            broker.close();
            broker = null;
        }
    }

    /** Starts a stopped broker on the same data and port. */
    public void startAgain() {
        if (broker == null) {
            broker = EmbeddedBroker.start(settings);
        }
    }

    @Override
    public void close() {
        producer.close(Duration.ZERO);
        admin.close(Duration.ZERO);
        stop();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static <T> T get(KafkaFuture<T> future) {
        try {
            return future.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("The test broker did not do what was asked: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}

package dev.fanfare.router;

import dev.fanfare.contract.event.Event;
import dev.fanfare.contract.problem.Problem.FieldError;
import dev.fanfare.contract.subscription.Subscription;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.router.matching.Candidate;
import dev.fanfare.router.matching.FilterPool;
import dev.fanfare.router.matching.RoutedSubscription;
import dev.fanfare.router.matching.SubscriptionIndex;
import dev.fanfare.router.matching.SubscriptionMatcher;
import dev.fanfare.runtime.trace.Tracing;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;
import org.jspecify.annotations.Nullable;

/** The router's topology without a broker; its subscriptions are always up to date. */
final class TestTopology implements AutoCloseable {
    /** A view that is always at the end. */
    static final ReadIndex.View UP_TO_DATE = new ReadIndex.View() {
        @Override
        public CompletionStage<Long> endOffset() {
            return CompletableFuture.completedFuture(0L);
        }

        @Override
        public boolean awaitPosition(long offset, Duration timeout) {
            return true;
        }
    };

    /** So many that nothing is split. */
    private static final int LARGE_CHUNK = 100_000;

    final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    final Topology topology;
    final Topology fanoutTopology;
    final TestOutputTopic<byte[], byte[]> deliveries;
    final TestOutputTopic<byte[], byte[]> deadLetters;
    /** What events were split into. */
    final TestOutputTopic<byte[], byte[]> chunks;
    /** What chunks were split into. */
    final TestOutputTopic<byte[], byte[]> smallerChunks;
    /** What was made of chunks. */
    final TestOutputTopic<byte[], byte[]> chunkDeliveries;

    final TestOutputTopic<byte[], byte[]> deadChunks;
    /** Whether subscriptions are read as far as anybody asks. */
    boolean isRead = true;

    private final Path stateDir = TestRouter.temporary();
    private final FilterPool filters = new FilterPool();
    private final SubscriptionIndex index = new SubscriptionIndex();
    private final TopologyTestDriver driver;
    private final TopologyTestDriver fanoutDriver;
    private final TestInputTopic<byte[], byte[]> events;
    private final TestInputTopic<byte[], byte[]> chunksIn;
    private long position;

    TestTopology(Instant now) {
        this(now, Duration.ZERO, LARGE_CHUNK);
    }

    TestTopology(Instant now, Duration deduplicationWindow) {
        this(now, deduplicationWindow, LARGE_CHUNK);
    }

    TestTopology(Instant now, Duration deduplicationWindow, int chunk) {
        RouterMetrics metrics = new RouterMetrics(meters);
        EventRouter.Shared shared = new EventRouter.Shared(
                "default",
                onlyDefault(),
                () -> new SubscriptionMatcher(index, metrics::filterFailed),
                subscriptions(),
                deduplicationWindow,
                new StoreMemory(RouterSettings.LEAST_MEMORY),
                chunk,
                new ReadIndex(UP_TO_DATE, Duration.ofSeconds(1), metrics),
                new OtherEvents(System::nanoTime),
                metrics,
                Tracing.off());
        topology = RouterTopology.of(shared, Clock.systemUTC());
        fanoutTopology = FanoutTopology.of(shared);
        driver = driver(topology, "events", now);
        fanoutDriver = driver(fanoutTopology, "fanout", now);
        events = input(driver, Topics.EVENTS);
        chunksIn = input(fanoutDriver, Topics.FANOUT);
        deliveries = output(driver, Topics.DELIVERIES);
        deadLetters = output(driver, Topics.DEAD_LETTERS);
        chunks = output(driver, Topics.FANOUT);
        smallerChunks = output(fanoutDriver, Topics.FANOUT);
        chunkDeliveries = output(fanoutDriver, Topics.DELIVERIES);
        deadChunks = output(fanoutDriver, Topics.DEAD_LETTERS);
    }

    private static EventRouter.Tenants onlyDefault() {
        return new EventRouter.Tenants() {
            @Override
            public boolean isKnown(String name) {
                return name.equals("default");
            }

            @Override
            public List<FieldError> faults(String tenant, Event event) {
                return List.of();
            }

            @Override
            public void catchUp() {}
        };
    }

    private TopologyTestDriver driver(Topology of, String name, Instant now) {
        Properties config = new Properties();
        config.put(StreamsConfig.APPLICATION_ID_CONFIG, name);
        config.put(StreamsConfig.STATE_DIR_CONFIG, stateDir.toString());
        return new TopologyTestDriver(of, config, now);
    }

    private EventRouter.Subscriptions subscriptions() {
        return new EventRouter.Subscriptions() {
            @Override
            public String topicId() {
                return "topic-id";
            }

            @Override
            public long position() {
                return position;
            }

            @Override
            public boolean awaitPosition(long offset) {
                return isRead;
            }
        };
    }

    void subscribe(String id, String... eventTypes) {
        subscribe(TestRouter.subscription("default", id, eventTypes));
    }

    void subscribe(Subscription subscription) {
        change(null, subscription);
    }

    /** As the next record of the subscriptions topic says. */
    void change(@Nullable Subscription before, @Nullable Subscription after) {
        index.change(
                before == null ? null : routed(before), after == null ? null : new Candidate(routed(after), position));
        position++;
    }

    private RoutedSubscription routed(Subscription subscription) {
        return RoutedSubscription.of(subscription, filters, new ArrayList<>());
    }

    void send(ProducerRecord<byte[], byte[]> event, Instant acceptedAt) {
        send(new TestRecord<>(event.key(), event.value(), event.headers(), acceptedAt));
    }

    void send(TestRecord<byte[], byte[]> event) {
        events.pipeInput(event);
    }

    /** Has a chunk delivered, or split. */
    void expand(TestRecord<byte[], byte[]> chunk) {
        chunksIn.pipeInput(chunk);
    }

    double events(String outcome) {
        return meters.get("fanfare.router.events")
                .tag("outcome", outcome)
                .counter()
                .count();
    }

    double filterFailures(String reason) {
        return meters.get("fanfare.router.filter.failures")
                .tag("reason", reason)
                .counter()
                .count();
    }

    private static TestInputTopic<byte[], byte[]> input(TopologyTestDriver to, String topic) {
        return to.createInputTopic(topic, new ByteArraySerializer(), new ByteArraySerializer());
    }

    private static TestOutputTopic<byte[], byte[]> output(TopologyTestDriver of, String topic) {
        return of.createOutputTopic(topic, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    @Override
    public void close() {
        driver.close();
        fanoutDriver.close();
        TestRouter.delete(stateDir);
    }
}

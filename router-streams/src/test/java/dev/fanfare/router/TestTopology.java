package dev.fanfare.router;

import dev.fanfare.contract.subscription.Subscription;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.router.matching.Candidate;
import dev.fanfare.router.matching.FilterPool;
import dev.fanfare.router.matching.RoutedSubscription;
import dev.fanfare.router.matching.SubscriptionIndex;
import dev.fanfare.router.matching.SubscriptionMatcher;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Properties;
import java.util.Set;
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

    final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    final Topology topology;
    final TestOutputTopic<byte[], byte[]> deliveries;
    final TestOutputTopic<byte[], byte[]> deadLetters;
    private final Path stateDir = TestRouter.temporary();
    private final FilterPool filters = new FilterPool();
    private final SubscriptionIndex index = new SubscriptionIndex();
    private final TopologyTestDriver driver;
    private final TestInputTopic<byte[], byte[]> events;

    TestTopology(Instant now) {
        this(now, Duration.ZERO);
    }

    TestTopology(Instant now, Duration deduplicationWindow) {
        RouterMetrics metrics = new RouterMetrics(meters);
        topology = RouterTopology.of(
                new EventRouter.Shared(
                        "default",
                        Set.of("default"),
                        () -> new SubscriptionMatcher(index, metrics::filterFailed),
                        () -> "topic-id",
                        deduplicationWindow,
                        new ReadIndex(UP_TO_DATE, Duration.ofSeconds(1), metrics),
                        metrics),
                Clock.systemUTC());
        Properties config = new Properties();
        config.put(StreamsConfig.STATE_DIR_CONFIG, stateDir.toString());
        driver = new TopologyTestDriver(topology, config, now);
        events = driver.createInputTopic(Topics.EVENTS, new ByteArraySerializer(), new ByteArraySerializer());
        deliveries = output(Topics.DELIVERIES);
        deadLetters = output(Topics.DEAD_LETTERS);
    }

    void subscribe(String id, String... eventTypes) {
        subscribe(TestRouter.subscription("default", id, eventTypes));
    }

    void subscribe(Subscription subscription) {
        RoutedSubscription routed = RoutedSubscription.of(subscription, filters, new ArrayList<>());
        index.change(null, new Candidate(routed, 0));
    }

    void send(ProducerRecord<byte[], byte[]> event, Instant acceptedAt) {
        send(new TestRecord<>(event.key(), event.value(), event.headers(), acceptedAt));
    }

    void send(TestRecord<byte[], byte[]> event) {
        events.pipeInput(event);
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

    private TestOutputTopic<byte[], byte[]> output(String topic) {
        return driver.createOutputTopic(topic, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    @Override
    public void close() {
        driver.close();
        TestRouter.delete(stateDir);
    }
}

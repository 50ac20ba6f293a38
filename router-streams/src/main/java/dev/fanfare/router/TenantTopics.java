package dev.fanfare.router;

import dev.fanfare.runtime.kafka.KafkaConnection;
import dev.fanfare.runtime.lifecycle.Readiness;
import dev.fanfare.runtime.metric.ProcessMetric;
import dev.fanfare.runtime.session.Session;
import dev.fanfare.runtime.session.SessionLoop;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.jspecify.annotations.Nullable;

/**
 * Takes events from topics that belong to one tenant each to {@code fanfare.events}. One of a consumer group.
 *
 * <pre>
 * orders-events   acme's   ─▶ ┌─ session ─┐ ─▶ fanfare.events        as events of acme  ┐ one transaction,
 * billing-events  globex's ─▶ └───────────┘ ─▶ fanfare.dead-letters  what can't be that ┘ offsets included
 * </pre>
 *
 * <p>Whoever may write to such a topic, and not to {@code fanfare.events}, sends for that tenant and for no other. A crash
 * neither loses nor doubles. Thread-safe.
 */
final class TenantTopics implements AutoCloseable {
    /** The consumer group of all that do this. */
    static final String GROUP = "fanfare-tenant-topics";

    private static final Duration TRANSACTION_TIMEOUT = Duration.ofSeconds(10);
    private static final int POLL_RECORDS = 500;

    private final KafkaConnection kafka;
    private final String clientId;
    private final Map<String, String> tenantByTopic;
    private final RouterMetrics metrics;
    private final SessionLoop loop;
    /** For its metrics, which any thread may read. */
    private volatile @Nullable Consumer<byte[], byte[]> latest;

    /**
     * Prepares; {@link #start} begins.
     *
     * @param instanceId    no other router that runs may have the same: the transactional id is made of it
     * @param tenantByTopic whose each topic is
     * @param drainTimeout  how long a close waits for the turn under way
     */
    TenantTopics(
            KafkaConnection kafka,
            String instanceId,
            Map<String, String> tenantByTopic,
            Duration drainTimeout,
            RouterMetrics metrics,
            MeterRegistry meters) {
        this.kafka = kafka;
        this.clientId = GROUP + "-" + instanceId;
        this.tenantByTopic = tenantByTopic;
        this.metrics = metrics;
        this.loop = new SessionLoop(
                "reading-tenant-topics",
                "another router has the same instance id: give each its own",
                instanceId,
                drainTimeout,
                this::open);
        for (String topic : tenantByTopic.keySet()) {
            ProcessMetric.CONSUMER_LAG.gauge(meters, this, reading -> reading.lag(topic), topic);
        }
    }

    /** Starts its thread and returns. */
    void start() {
        loop.start();
    }

    /** Whether it is a member of its group and has no trouble. */
    Readiness readiness() {
        return loop.readiness();
    }

    /** That its thread has ended though nobody told it to; null where it hasn't. */
    @Nullable String fault() {
        return loop.fault();
    }

    /** Finishes the turn under way and leaves the group. Safe to call twice. */
    @Override
    public void close() {
        loop.close();
    }

    private double lag(String topic) {
        Consumer<byte[], byte[]> consumer = latest;
        return consumer == null ? 0 : ConsumerLag.of(consumer.metrics(), topic);
    }

    private Session open() {
        Consumer<byte[], byte[]> consumer = kafka.member(clientId, GROUP, POLL_RECORDS);
        latest = consumer;
        try {
            return new TenantTopicSession(consumer, producer(), tenantByTopic, metrics);
        } catch (RuntimeException e) {
            consumer.close();
            throw e;
        }
    }

    private Producer<byte[], byte[]> producer() {
        return kafka.transactional(clientId + "-producer", clientId, TRANSACTION_TIMEOUT);
    }
}

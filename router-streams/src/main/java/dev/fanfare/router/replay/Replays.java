package dev.fanfare.router.replay;

import dev.fanfare.runtime.kafka.KafkaConnection;
import dev.fanfare.runtime.session.Session;
import dev.fanfare.runtime.session.SessionLoop;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.Producer;

/**
 * Replays events of the past to single subscriptions. One of a consumer group over {@code fanfare.runs}, whose one
 * partition says who does it; the others stand by.
 *
 * <pre>
 * fanfare.runs ───▶ ┌─ session ─┐ ─▶ fanfare.deliveries  with the ids that they always have ┐ one
 * fanfare.events ─▶ └───────────┘ ─▶ fanfare.runs        how far it is                      ┘ transaction
 * </pre>
 *
 * <p>A run's state is written together with what it sent, so a crash neither loses nor doubles. Thread-safe.
 */
public final class Replays implements AutoCloseable {
    /** The consumer group of all that replay. */
    public static final String GROUP = "fanfare-replay";

    /** A turn must be over by then. */
    private static final Duration TRANSACTION_TIMEOUT = Duration.ofSeconds(10);

    private static final int POLL_RECORDS = 1_000;

    private final KafkaConnection kafka;
    private final Routing routing;
    private final Clock clock;
    private final int perSecond;
    private final String clientId;
    private final SessionLoop loop;

    /**
     * Prepares; {@link #start} begins.
     *
     * @param perSecond    deliveries of one run
     * @param drainTimeout how long a close waits for the turn under way
     */
    public Replays(
            KafkaConnection kafka,
            String instanceId,
            Routing routing,
            Clock clock,
            int perSecond,
            Duration drainTimeout) {
        this.kafka = kafka;
        this.routing = routing;
        this.clock = clock;
        this.perSecond = perSecond;
        this.clientId = GROUP + "-" + instanceId;
        this.loop = new SessionLoop(
                "replaying", "another instance has taken the replays over", instanceId, drainTimeout, this::open);
    }

    /** Starts its thread and returns. */
    public void start() {
        loop.start();
    }

    /** Finishes the turn under way and leaves the group. Safe to call twice. */
    @Override
    public void close() {
        loop.close();
    }

    private Session open() {
        Consumer<byte[], byte[]> runs = kafka.member(clientId, GROUP, POLL_RECORDS);
        Admin admin;
        try {
            admin = kafka.admin(clientId + "-admin");
        } catch (RuntimeException e) {
            runs.close();
            throw e;
        }
        return new ReplaySession(runs, admin, this::events, this::producer, routing, clock, perSecond);
    }

    private Consumer<byte[], byte[]> events() {
        return kafka.consumer(clientId + "-events", Map.of(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, POLL_RECORDS));
    }

    private Producer<byte[], byte[]> producer() {
        return kafka.transactional(clientId + "-producer", GROUP, TRANSACTION_TIMEOUT);
    }
}

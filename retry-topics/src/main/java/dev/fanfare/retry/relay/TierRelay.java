package dev.fanfare.retry.relay;

import dev.fanfare.contract.topic.Groups;
import dev.fanfare.contract.topic.Tier;
import dev.fanfare.runtime.kafka.KafkaConnection;
import dev.fanfare.runtime.lifecycle.Readiness;
import dev.fanfare.runtime.session.SessionLoop;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.jspecify.annotations.Nullable;

/**
 * Takes deliveries out of the tiers when their stay is over: back to {@code fanfare.deliveries} when they are due, into
 * the next tier when they are not, always under the same partition number. One of a consumer group.
 *
 * <pre>
 *                        ┌───────────── session ─────────────┐
 * fanfare.retry.1m  ──▶  │ what came in, and the offsets of  │ ──▶ fanfare.deliveries     due
 * fanfare.retry.10m ──▶  │ what went out: one transaction    │ ──▶ fanfare.retry.*        not yet
 * fanfare.retry.1h  ──▶  │                                   │ ──▶ fanfare.dead-letters   unreadable
 *                        └──────┬────────────────────▲───────┘
 *                               └─ failed ─▶ pause ──┘  the next begins from the committed offsets
 * </pre>
 *
 * <p>Nothing is kept but offsets, so a crash neither loses nor doubles. A session that fails, for whatever reason, is
 * replaced by a new one. Thread-safe.
 */
public final class TierRelay implements AutoCloseable {
    /** The consumer group of all relays. */
    public static final String GROUP = Groups.RETRY;

    private final KafkaConnection kafka;
    private final String instanceId;
    private final Map<String, Tier> tiersByTopic;
    private final List<Tier> ascending;
    private final RelayLimits limits;
    private final LongSupplier ticks;
    private final UnaryOperator<Producer<byte[], byte[]>> tap;
    private final RelayMeters meters;
    private final SessionLoop loop;

    /**
     * Prepares a relay; {@link #start} begins.
     *
     * @param instanceId   no other relay that runs may have the same: its transactional id is made of it
     * @param tiersByTopic what to read, as {@link TierTopics#check} found it
     * @param tiers        what may be written to
     */
    public TierRelay(
            KafkaConnection kafka,
            String instanceId,
            Map<String, Tier> tiersByTopic,
            List<Tier> tiers,
            RelayLimits limits,
            MeterRegistry registry) {
        this(
                kafka,
                instanceId,
                tiersByTopic,
                tiers,
                limits,
                registry,
                () -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime()),
                UnaryOperator.identity());
    }

    /** As above, for tests: with other ticks, and a tap on what goes to the broker. */
    TierRelay(
            KafkaConnection kafka,
            String instanceId,
            Map<String, Tier> tiersByTopic,
            List<Tier> tiers,
            RelayLimits limits,
            MeterRegistry registry,
            LongSupplier ticks,
            UnaryOperator<Producer<byte[], byte[]>> tap) {
        this.kafka = kafka;
        this.instanceId = instanceId;
        this.tiersByTopic = Map.copyOf(tiersByTopic);
        this.ascending =
                tiers.stream().sorted(Comparator.comparing(Tier::delay)).toList();
        this.limits = limits;
        this.ticks = ticks;
        this.tap = tap;
        this.meters = new RelayMeters(registry, tiersByTopic.values());
        this.loop = new SessionLoop(
                "relaying",
                "another process relays under this instance id; give each its own",
                instanceId,
                limits.drainTimeout(),
                this::open);
    }

    /** Starts its thread and returns. */
    public void start() {
        loop.start();
    }

    /** Whether it is a member of the group and has no trouble. */
    public Readiness readiness() {
        return loop.readiness();
    }

    /** See {@link SessionLoop#fault}. */
    public @Nullable String fault() {
        return loop.fault();
    }

    /** Finishes the transaction under way and leaves the group. Safe to call twice. */
    @Override
    public void close() {
        loop.close();
    }

    private RelaySession open() {
        Producer<byte[], byte[]> producer = tap.apply(kafka.transactional(
                "fanfare-retry-producer", "fanfare-retry-" + instanceId, limits.transactionTimeout()));
        try {
            Consumer<byte[], byte[]> consumer =
                    kafka.member("fanfare-retry-consumer", GROUP, limits.recordsPerTransaction());
            return new RelaySession(consumer, producer, tiersByTopic, ascending, ticks, meters);
        } catch (RuntimeException e) {
            producer.close(Duration.ZERO);
            throw e;
        }
    }
}

package dev.fanfare.retry.parked;

import dev.fanfare.runtime.kafka.KafkaConnection;
import dev.fanfare.runtime.lifecycle.Readiness;
import dev.fanfare.runtime.session.Session;
import dev.fanfare.runtime.session.SessionLoop;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.Producer;
import org.jspecify.annotations.Nullable;

/**
 * Sends parked deliveries back when their subscription is resumed. One of a consumer group over
 * {@code fanfare.parked}.
 *
 * <pre>
 * fanfare.parked ─────────▶ ┌─ session ─┐ ─▶ fanfare.deliveries   fresh schedule and age ┐ one
 * fanfare.subscriptions ──▶ └───────────┘ ─▶ fanfare.parked       tombstone              ┘ transaction
 * </pre>
 *
 * <p>No offset is kept: who is assigned a partition follows it from its beginning. What is outstanding there is in the
 * log alone, so a crash neither loses nor doubles. Thread-safe.
 */
public final class Unparker implements AutoCloseable {
    /** The consumer group of all that unpark. */
    public static final String GROUP = "fanfare-unpark";

    private static final String CLIENT = "fanfare-unpark";

    private final KafkaConnection kafka;
    private final Duration transactionTimeout;
    private final UnaryOperator<Producer<byte[], byte[]>> tap;
    private final ParkedMeters meters;
    private final Pauses pauses;
    private final SessionLoop loop;

    /**
     * Prepares; {@link #start} begins.
     *
     * @param transactionTimeout after which the broker aborts what a dead process left open
     * @param drainTimeout       how long a close waits for the transaction under way
     */
    public Unparker(
            KafkaConnection kafka,
            String instanceId,
            Duration transactionTimeout,
            Duration drainTimeout,
            MeterRegistry registry) {
        this(kafka, instanceId, transactionTimeout, drainTimeout, registry, UnaryOperator.identity());
    }

    /** As above, for tests: with a tap on what goes to the broker. */
    Unparker(
            KafkaConnection kafka,
            String instanceId,
            Duration transactionTimeout,
            Duration drainTimeout,
            MeterRegistry registry,
            UnaryOperator<Producer<byte[], byte[]>> tap) {
        this.kafka = kafka;
        this.transactionTimeout = transactionTimeout;
        this.tap = tap;
        this.meters = new ParkedMeters(registry);
        this.pauses = new Pauses(kafka, CLIENT + "-subscriptions");
        this.loop = new SessionLoop(
                "unparking",
                "another instance has taken a partition over, that is sorted out",
                instanceId,
                drainTimeout,
                this::open);
    }

    /**
     * Reads the subscriptions, waits for Kafka where need be, starts its thread and returns.
     *
     * @throws IllegalStateException where their topic doesn't exist
     */
    public void start() {
        pauses.start();
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
        pauses.close();
    }

    private Session open() {
        Deque<AutoCloseable> opened = new ArrayDeque<>();
        try {
            Consumer<byte[], byte[]> consumer = kafka.member(CLIENT + "-follow", GROUP, 2_000);
            opened.push(consumer);
            ParkedBodies bodies = new ParkedBodies(kafka.consumer(
                    CLIENT + "-bodies", Map.of(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, ParkedPartition.BATCH_RECORDS)));
            opened.push(bodies);
            Admin admin = kafka.admin(CLIENT + "-admin");
            return new UnparkSession(consumer, bodies, admin, pauses, this::producer, meters);
        } catch (RuntimeException e) {
            opened.forEach(client -> closeAfter(client, e));
            throw e;
        }
    }

    private Producer<byte[], byte[]> producer(int partition) {
        return tap.apply(kafka.transactional(CLIENT + "-" + partition, CLIENT + "-" + partition, transactionTimeout));
    }

    private static void closeAfter(AutoCloseable client, RuntimeException cause) {
        try {
            client.close();
        } catch (Exception e) {
            cause.addSuppressed(e);
        }
    }
}

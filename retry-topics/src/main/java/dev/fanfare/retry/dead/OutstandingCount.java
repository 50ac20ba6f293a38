package dev.fanfare.retry.dead;

import dev.fanfare.runtime.kafka.KafkaConnection;
import dev.fanfare.runtime.session.SessionLoop;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;

/**
 * Knows how many dead letters are outstanding, and how old the oldest is: by the topic itself, whoever wrote to it, with
 * ids in memory and never bodies. One of a consumer group over {@code fanfare.dead-letters}; who is assigned a partition
 * reads it from its beginning, and no offset is kept. Nothing else waits for it. Thread-safe.
 */
public final class OutstandingCount implements AutoCloseable {
    /** The consumer group of all that count. */
    public static final String GROUP = "fanfare-dead-letter-count";

    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

    private final SessionLoop loop;

    /** Prepares; {@link #start} begins. */
    public OutstandingCount(KafkaConnection kafka, String instanceId, MeterRegistry registry, Clock clock) {
        OutstandingMeters meters = new OutstandingMeters(registry, clock);
        this.loop = new SessionLoop(
                "counting dead letters",
                "another process counts under this instance id",
                instanceId,
                CLOSE_TIMEOUT,
                () -> new OutstandingSession(kafka.member(GROUP, GROUP, 2_000), meters));
    }

    /** Starts its thread and returns. */
    public void start() {
        loop.start();
    }

    @Override
    public void close() {
        loop.close();
    }
}

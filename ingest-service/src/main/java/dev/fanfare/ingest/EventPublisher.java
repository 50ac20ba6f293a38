package dev.fanfare.ingest;

import dev.fanfare.contract.event.Event;
import dev.fanfare.contract.event.EventRecords;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.ingest.NotPublished.Cause;
import dev.fanfare.runtime.kafka.KafkaConnection;
import dev.fanfare.runtime.lifecycle.Readiness;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes events to {@code fanfare.events} and says when they are safe there. It never blocks its caller, so event loops
 * may call it; thread-safe.
 *
 * <pre>
 *              room in the buffer?          is Kafka taking events?          acks=all
 * publish ──▶ no: BUSY, at once ──▶ no: OUTAGE, at once, but for a probe ──▶ done, or OUTAGE after the ack time-out
 * </pre>
 *
 * <p>An outage begins when an event's time runs out and ends with the next acknowledgement. While it lasts only one
 * event every half second is tried, and the others are turned away without waiting.
 */
final class EventPublisher implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EventPublisher.class);
    private static final long PROBE_EVERY_NANOS = Duration.ofMillis(500).toNanos();
    /** What an event takes beside its data: attributes, headers, futures. */
    private static final int OVERHEAD_BYTES = 1_024;

    private final long bufferBytes;
    private final Duration ackTimeout;
    private final Producer<byte[], byte[]> producer;
    private final AtomicLong waitingBytes = new AtomicLong();
    private final AtomicLong nextProbeNanos = new AtomicLong();
    private volatile @Nullable String outage;
    private volatile boolean reached;
    private volatile boolean closing;

    EventPublisher(KafkaConnection kafka, IngestSettings settings, String clientId) {
        this.bufferBytes = settings.buffer().bytes();
        this.ackTimeout = settings.ackTimeout();
        int ackMillis = (int) ackTimeout.toMillis();
        int lingerMillis = 2;
        this.producer = kafka.producer(
                clientId,
                Map.of(
                        // send() may wait for metadata or memory: not a moment on an event loop
                        ProducerConfig.MAX_BLOCK_MS_CONFIG,
                        0,
                        // else the first event after a quiet time would find the topic's metadata forgotten
                        ProducerConfig.METADATA_MAX_IDLE_CONFIG,
                        Duration.ofDays(365).toMillis(),
                        ProducerConfig.LINGER_MS_CONFIG,
                        lingerMillis,
                        ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
                        ackMillis,
                        // below the delivery time-out, so that a silent broker leaves time for another try
                        ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG,
                        Math.max(200, (ackMillis - lingerMillis) / 2),
                        // batches are not packed full: our own bound is to be met first
                        ProducerConfig.BUFFER_MEMORY_CONFIG,
                        2 * bufferBytes + 16 * 1024 * 1024));
    }

    /**
     * Asks for the topic's metadata without waiting.
     *
     * @return whether it is known by now
     */
    boolean reachTopic() {
        try {
            reached = !producer.partitionsFor(Topics.EVENTS).isEmpty();
        } catch (TimeoutException e) {
            LOG.debug("topic not reached yet topic={}", Topics.EVENTS);
        } catch (KafkaException e) {
            LOG.warn("topic can't be reached topic={} cause={}", Topics.EVENTS, e.toString());
        }
        return reached;
    }

    Readiness readiness() {
        if (closing) {
            return Readiness.notReady("closing");
        }
        if (!reached) {
            return Readiness.notReady("topic " + Topics.EVENTS + " has not been reached yet");
        }
        String why = outage;
        return why == null ? Readiness.READY : Readiness.notReady(why);
    }

    /**
     * Writes an event.
     *
     * @return completes, on any thread, when all in-sync replicas have it; fails with {@link NotPublished}
     */
    CompletionStage<Void> publish(Event event, TraceContext trace) {
        if (closing) {
            return refused(Cause.CLOSING, "this instance is shutting down: send it again");
        }
        long bytes = event.data().length + (long) OVERHEAD_BYTES;
        if (waitingBytes.addAndGet(bytes) > bufferBytes) {
            waitingBytes.addAndGet(-bytes);
            return refused(Cause.BUSY, "more events wait for Kafka than ingest.buffer holds: send it again later");
        }
        String why = outage;
        if (why != null && !mayProbe()) {
            waitingBytes.addAndGet(-bytes);
            return refused(Cause.OUTAGE, why);
        }
        CompletableFuture<Void> acknowledged = new CompletableFuture<>();
        try {
            producer.send(record(event, trace), (metadata, failure) -> {
                waitingBytes.addAndGet(-bytes);
                settle(acknowledged, failure);
            });
        } catch (RuntimeException e) {
            waitingBytes.addAndGet(-bytes);
            settle(acknowledged, e);
        }
        return acknowledged;
    }

    /** From now on every event is turned away. */
    void refuse() {
        closing = true;
    }

    /** Waits for what is under way, at most the ack time-out, and leaves. */
    @Override
    public void close() {
        refuse();
        producer.close(ackTimeout);
    }

    private void settle(CompletableFuture<Void> acknowledged, @Nullable Exception failure) {
        if (failure == null) {
            if (outage != null) {
                outage = null;
                LOG.info("Kafka takes events again topic={}", Topics.EVENTS);
            }
            acknowledged.complete(null);
        } else if (failure instanceof RecordTooLargeException) {
            acknowledged.completeExceptionally(new NotPublished(
                    Cause.TOO_LARGE, "the event is over the limit of topic " + Topics.EVENTS + " (max.message.bytes)"));
        } else {
            if (outage == null) {
                nextProbeNanos.set(System.nanoTime() + PROBE_EVERY_NANOS);
                LOG.error(
                        "Kafka does not take events, they are answered 503 topic={} cause={}",
                        Topics.EVENTS,
                        failure.toString());
            }
            String why = "Kafka does not take events now: send it again later, under the same id";
            outage = why;
            acknowledged.completeExceptionally(new NotPublished(Cause.OUTAGE, why));
        }
    }

    private boolean mayProbe() {
        long due = nextProbeNanos.get();
        long now = System.nanoTime();
        return now - due >= 0 && nextProbeNanos.compareAndSet(due, now + PROBE_EVERY_NANOS);
    }

    private static ProducerRecord<byte[], byte[]> record(Event event, TraceContext trace) {
        ProducerRecord<byte[], byte[]> record =
                new ProducerRecord<>(Topics.EVENTS, event.recordKey().getBytes(StandardCharsets.UTF_8), event.data());
        EventRecords.writeHeaders(event, record.headers());
        trace.writeHeaders(record.headers());
        return record;
    }

    private static CompletionStage<Void> refused(Cause kind, String message) {
        return CompletableFuture.failedFuture(new NotPublished(kind, message));
    }
}

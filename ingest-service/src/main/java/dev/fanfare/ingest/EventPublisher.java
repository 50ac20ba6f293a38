package dev.fanfare.ingest;

import dev.fanfare.contract.event.Event;
import dev.fanfare.contract.event.EventRecords;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.ingest.NotPublished.Cause;
import dev.fanfare.runtime.kafka.KafkaConnection;
import dev.fanfare.runtime.kafka.KeyPartition;
import dev.fanfare.runtime.lifecycle.Readiness;
import dev.fanfare.runtime.trace.Tracing;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
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
 *              room in the buffer?     is there an outage?
 * prepare ──▶ no: BUSY, at once ──▶ yes: OUTAGE, at once ──▶ send ──▶ acks=all: done, or OUTAGE after the ack time-out
 * </pre>
 *
 * <p>An outage begins when an event fails. While it lasts nobody waits: all are turned away at once. It ends when the
 * topic can be seen and the last failure is two seconds ago; if that was too early, the next failure begins a new one.
 */
final class EventPublisher implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EventPublisher.class);
    private static final long OUTAGE_NANOS = Duration.ofSeconds(2).toNanos();
    private static final int BATCH_BYTES = 256 * 1024;
    private static final String CLOSING = "this instance is shutting down: send it again";
    private static final String OUTAGE = "Kafka does not take events now: send it again later, under the same id";
    private static final String OUTAGE_MIDWAY = "Kafka did not take all events of the batch, and may have some: send it"
            + " again whole, later; that is harmless for events with ids of your own";

    private final Room room;
    private final Duration ackTimeout;
    private final Producer<byte[], byte[]> producer;
    private final Tracing tracing;
    private volatile boolean reached;
    private volatile boolean outage;
    private volatile long lastFailureNanos;
    /** From the first failure to the next acknowledgement: tells the log's first line of an outage from the rest. */
    private volatile boolean failing;

    private volatile boolean closing;

    EventPublisher(Producer<byte[], byte[]> producer, IngestSettings settings, Tracing tracing) {
        this.producer = producer;
        this.tracing = tracing;
        this.room = new Room(settings.buffer().bytes());
        this.ackTimeout = settings.ackTimeout();
    }

    /** On a producer whose send never waits. */
    static EventPublisher on(KafkaConnection kafka, IngestSettings settings, String clientId, Tracing tracing) {
        int ackMillis = (int) settings.ackTimeout().toMillis();
        Map<String, Object> own = Map.of(
                // send() may wait for metadata or memory: not a moment on an event loop
                ProducerConfig.MAX_BLOCK_MS_CONFIG,
                0,
                // else the first event after a quiet time would find the topic's metadata forgotten
                ProducerConfig.METADATA_MAX_IDLE_CONFIG,
                Duration.ofDays(365).toMillis(),
                // somebody waits for each, so nothing lingers; what comes while a broker has a request is the next
                // one's
                // batch: full where there is much, at once where there is little
                ProducerConfig.LINGER_MS_CONFIG,
                0,
                ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION,
                1,
                // what a turn of an event loop brings goes into one batch: a request costs a broker as much for each
                // batch in it as for some dozens of events
                ProducerConfig.BATCH_SIZE_CONFIG,
                kafka.properties(clientId).getOrDefault(ProducerConfig.BATCH_SIZE_CONFIG, BATCH_BYTES),
                // one batch is filled after the other, not one of each partition at a time; whose key matters says
                // where
                ProducerConfig.PARTITIONER_IGNORE_KEYS_CONFIG,
                true,
                ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
                ackMillis,
                // below the delivery time-out, so that a silent broker leaves time for another try
                ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG,
                Math.max(200, ackMillis / 2),
                // batches are not packed full: our own bound is to be met first
                ProducerConfig.BUFFER_MEMORY_CONFIG,
                2 * settings.buffer().bytes() + 32 * 1024 * 1024);
        return new EventPublisher(kafka.producer(clientId, own), settings, tracing);
    }

    /**
     * Looks whether the topic can be seen and whether an outage is over, without waiting. To be called a few times a
     * second, by one thread.
     */
    void watch() {
        if (reached && !outage) {
            return;
        }
        try {
            if (producer.partitionsFor(Topics.EVENTS).isEmpty()) {
                return;
            }
            reached = true;
            if (System.nanoTime() - lastFailureNanos > OUTAGE_NANOS) {
                outage = false;
            }
        } catch (TimeoutException e) {
            LOG.debug("topic is not seen yet topic={}", Topics.EVENTS);
        } catch (KafkaException e) {
            LOG.warn("topic can't be seen topic={} cause={}", Topics.EVENTS, e.toString());
        }
    }

    Readiness readiness() {
        if (closing) {
            return Readiness.notReady("closing");
        }
        if (!reached) {
            return Readiness.notReady("topic " + Topics.EVENTS + " has not been seen yet");
        }
        return outage ? Readiness.notReady("Kafka does not take events") : Readiness.READY;
    }

    /**
     * Makes events ready to be written, in their order, while what they are made of is at hand. Either there is room for all,
     * or none is written.
     */
    Publication prepare(List<CompleteEvent> events, TraceContext trace) {
        if (closing) {
            return refused(Cause.CLOSING, CLOSING);
        }
        if (outage || !reached) {
            return refused(Cause.OUTAGE, OUTAGE);
        }
        long bytes = 0;
        for (CompleteEvent event : events) {
            bytes += size(event.event());
        }
        if (!room.take(bytes)) {
            return refused(Cause.BUSY, "more events wait for Kafka than ingest.buffer holds: send it again later");
        }
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>(events.size());
        try {
            for (CompleteEvent event : events) {
                records.add(record(event, trace));
            }
        } catch (KafkaException | IllegalStateException e) {
            room.giveBack(bytes);
            return new Publication(reason(e, false));
        }
        return new Publication(events, records, bytes);
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

    /** The events of one request on their way to Kafka. */
    final class Publication implements Callback {
        private final CompletableFuture<Void> done = new CompletableFuture<>();
        private final List<CompleteEvent> events;
        private final List<ProducerRecord<byte[], byte[]>> records;
        private final AtomicInteger outstanding;
        private final long bytes;

        private Publication(List<CompleteEvent> events, List<ProducerRecord<byte[], byte[]>> records, long bytes) {
            this.events = events;
            this.records = records;
            this.outstanding = new AtomicInteger(records.size());
            this.bytes = bytes;
            if (events.isEmpty()) {
                done.complete(null);
            }
        }

        private Publication(NotPublished refused) {
            this.events = List.of();
            this.records = List.of();
            this.outstanding = new AtomicInteger();
            this.bytes = 0;
            done.completeExceptionally(refused);
        }

        /**
         * Completes, on any thread, when all in-sync replicas have them all; fails with {@link NotPublished} as soon as one
         * is not to be had: others may be written by then.
         */
        CompletionStage<Void> done() {
            return done;
        }

        /** Hands them to Kafka; called once. */
        void send() {
            for (int i = 0; i < records.size(); i++) {
                send(events.get(i), records.get(i));
            }
        }

        private void send(CompleteEvent event, ProducerRecord<byte[], byte[]> record) {
            if (done.isCompletedExceptionally()) {
                // it is to be sent again whole: the rest needn't go
                settled();
                return;
            }
            Callback acknowledged = this;
            try {
                if (tracing.isOn()) {
                    acknowledged = EventSpan.begin(tracing, event.event(), record, this);
                }
                Future<RecordMetadata> unused = producer.send(record, acknowledged);
            } catch (KafkaException | IllegalStateException e) {
                acknowledged.onCompletion(null, e);
            }
        }

        @Override
        public void onCompletion(@Nullable RecordMetadata metadata, @Nullable Exception failure) {
            if (failure == null) {
                tellOfSuccess();
            } else {
                done.completeExceptionally(reason(failure, records.size() > 1));
            }
            settled();
        }

        private void settled() {
            if (outstanding.decrementAndGet() == 0) {
                room.giveBack(bytes);
                done.complete(null);
            }
        }
    }

    private void tellOfSuccess() {
        if (failing) {
            failing = false;
            LOG.info("Kafka takes events again topic={}", Topics.EVENTS);
        }
        if (outage) {
            outage = false;
        }
    }

    private NotPublished reason(Exception failure, boolean several) {
        if (failure instanceof RecordTooLargeException) {
            return new NotPublished(
                    Cause.TOO_LARGE,
                    "the event is over the limit of topic " + Topics.EVENTS + " (max.message.bytes)"
                            + (several ? "; of this batch others may have been written" : ""));
        }
        if (failure instanceof IllegalStateException && closing) {
            // a producer that is closed takes nothing
            return new NotPublished(Cause.CLOSING, CLOSING);
        }
        lastFailureNanos = System.nanoTime();
        outage = true;
        if (!failing) {
            failing = true;
            LOG.error(
                    "Kafka does not take events, they are answered 503 topic={} cause={}",
                    Topics.EVENTS,
                    failure.toString());
        }
        return new NotPublished(Cause.OUTAGE, several ? OUTAGE_MIDWAY : OUTAGE);
    }

    /** What an event takes in memory, about. */
    static long size(Event event) {
        return event.data().length
                + (long) IngestSettings.EVENT_BYTES
                + event.attributes().characters();
    }

    private ProducerRecord<byte[], byte[]> record(CompleteEvent complete, TraceContext trace) {
        Event event = complete.event();
        byte[] key = event.recordKey().getBytes(StandardCharsets.UTF_8);
        Integer partition = complete.goesAnywhere()
                ? null
                : KeyPartition.of(key, producer.partitionsFor(Topics.EVENTS).size());
        ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(Topics.EVENTS, partition, key, event.data());
        EventRecords.writeHeaders(event, record.headers());
        EventRecords.writeChecked(record.headers());
        if (complete.idMinted()) {
            EventRecords.writeNotDeduplicated(record.headers());
        }
        trace.orThatOf(event).writeHeaders(record.headers());
        return record;
    }

    private Publication refused(Cause kind, String message) {
        return new Publication(new NotPublished(kind, message));
    }
}

package dev.fanfare.retry.parked;

import dev.fanfare.contract.topic.Topics;
import dev.fanfare.retry.parked.ParkedIndex.Place;
import dev.fanfare.runtime.kafka.KafkaAnswer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * One partition of the parked deliveries: what is outstanding in it, and the way back.
 *
 * <pre>
 * resumed ─▶ fence ─▶ follow to where the fence stood ─▶ bodies ─▶ one transaction: tombstones, deliveries ─▶ index
 * </pre>
 *
 * <p>The transactional id is the partition's. Whoever takes the partition over ends what its predecessor left open, keeps
 * it from committing any more, and only then learns, by following, what it had committed. A tombstone goes before its
 * delivery, so a delivery that is parked again stands after it. Confined to one thread.
 */
final class ParkedPartition implements AutoCloseable {
    static final int BATCH_RECORDS = 500;
    static final long BATCH_BYTES = 4 * 1024 * 1024;

    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(3);

    private final TopicPartition id;
    private final Pauses pauses;
    private final IntFunction<Producer<byte[], byte[]>> producers;
    private final ParkedIndex index;
    private @Nullable Producer<byte[], byte[]> producer;
    private long position;
    /** Nothing is sent back before all up to here was read. */
    private long mustReach;

    ParkedPartition(TopicPartition id, Pauses pauses, IntFunction<Producer<byte[], byte[]>> producers) {
        this.id = id;
        this.pauses = pauses;
        this.producers = producers;
        this.index = new ParkedIndex(ParkedIndex.MAX_INDEXED, pauses::isOver);
    }

    ParkedIndex index() {
        return index;
    }

    void read(ConsumerRecord<byte[], byte[]> message) {
        if (message.key() == null) {
            return;
        }
        String deliveryId = new String(message.key(), StandardCharsets.UTF_8);
        if (message.value() == null) {
            index.tombstone(deliveryId);
        } else {
            index.parked(deliveryId, Owner.of(message.headers()), message.offset());
        }
    }

    void followedTo(long next) {
        position = next;
        index.followedTo(next);
    }

    /** Whether it knows all that it must before something may be sent back. */
    boolean isCurrent() {
        return producer != null && position >= mustReach;
    }

    /** Whether nobody else sends back from this partition any more. */
    boolean isFenced() {
        return producer != null;
    }

    /**
     * Makes sure that nobody else sends back from this partition.
     *
     * @param end answers the end of the partition now, whatever is committed
     */
    void fence(java.util.function.ToLongFunction<TopicPartition> end) {
        Producer<byte[], byte[]> opened = producers.apply(id.partition());
        producer = opened;
        opened.initTransactions();
        mustReach = Math.max(mustReach, end.applyAsLong(id));
    }

    /** From where to follow again, {@link ParkedIndex#NOWHERE} for not at all; nothing is sent back until that is done. */
    long rewind() {
        long to = index.rewindTo();
        if (to != ParkedIndex.NOWHERE) {
            mustReach = Math.max(mustReach, position);
            position = to;
            index.rewound();
        }
        return to;
    }

    /** Sends the next of what is resumed back, and says what that was. */
    List<Place> sendBack(ParkedBodies bodies) {
        List<Place> next = index.next(BATCH_RECORDS);
        if (producer == null || next.isEmpty()) {
            return List.of();
        }
        ParkedBodies.Batch batch = bodies.read(id, next, BATCH_BYTES);
        batch.gone().forEach(index::gone);
        if (batch.found().isEmpty()) {
            return List.of();
        }
        List<Future<RecordMetadata>> tombstones = new ArrayList<>();
        producer.beginTransaction();
        for (Map.Entry<Place, ConsumerRecord<byte[], byte[]>> entry : batch.found()) {
            tombstones.add(send(producer, entry.getKey(), entry.getValue()));
        }
        // If this fails, it is open whether the broker committed: only who fences and follows anew knows.
        producer.commitTransaction();
        List<Place> sent = new ArrayList<>();
        for (Map.Entry<Place, ConsumerRecord<byte[], byte[]>> entry : batch.found()) {
            Future<RecordMetadata> tombstone = tombstones.get(sent.size());
            index.sentBack(
                    entry.getKey(),
                    KafkaAnswer.await(tombstone, ANSWER_TIMEOUT, "reading an acknowledgement")
                            .offset());
            sent.add(entry.getKey());
        }
        return sent;
    }

    /** What the delivery's send comes to is told by the commit. */
    @SuppressWarnings("FutureReturnValueIgnored")
    private Future<RecordMetadata> send(
            Producer<byte[], byte[]> open, Place place, ConsumerRecord<byte[], byte[]> parked) {
        Future<RecordMetadata> tombstone =
                open.send(new ProducerRecord<>(Topics.PARKED, id.partition(), parked.key(), null));
        open.send(Unparked.of(parked, place.owner(), pauses.version(place.owner())));
        return tombstone;
    }

    @Override
    public void close() {
        if (producer != null) {
            producer.close(CLOSE_TIMEOUT);
        }
    }
}

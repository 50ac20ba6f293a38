package dev.fanfare.retry.parked;

import dev.fanfare.retry.parked.ParkedIndex.Place;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;

/** Reads parked records by their places, for which it has a consumer without a group. Confined to one thread. */
final class ParkedBodies implements AutoCloseable {
    /** A gap of more records is jumped over; a smaller one is sooner read. */
    private static final long JUMP = 2_000;

    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration STALL = Duration.ofSeconds(10);

    private final Consumer<byte[], byte[]> consumer;

    /**
     * What was found.
     *
     * @param found in the order of the log
     * @param gone  places at which there is nothing any more
     */
    record Batch(List<Map.Entry<Place, ConsumerRecord<byte[], byte[]>>> found, List<Place> gone) {}

    /** Takes the consumer over. */
    ParkedBodies(Consumer<byte[], byte[]> consumer) {
        this.consumer = consumer;
    }

    /**
     * Reads them, or the first of them where they are large.
     *
     * @param places    in the order of the log
     * @param mostBytes after which no more are added; there is always one
     */
    Batch read(TopicPartition partition, List<Place> places, long mostBytes) {
        if (!consumer.assignment().equals(Set.of(partition))) {
            consumer.assign(List.of(partition));
        }
        Batch batch = new Batch(new ArrayList<>(), new ArrayList<>());
        NavigableMap<Long, ConsumerRecord<byte[], byte[]>> ahead = new TreeMap<>();
        long position = -1;
        long bytes = 0;
        long movedAt = System.nanoTime();
        for (Place place : places) {
            if (position < 0 || place.offset() - position > JUMP) {
                consumer.seek(partition, place.offset());
                position = place.offset();
            }
            while (position <= place.offset()) {
                for (ConsumerRecord<byte[], byte[]> message : consumer.poll(POLL)) {
                    ahead.put(message.offset(), message);
                }
                long next = consumer.position(partition);
                if (next != position) {
                    position = next;
                    movedAt = System.nanoTime();
                } else if (System.nanoTime() - movedAt > STALL.toNanos()) {
                    throw new TimeoutException("reading " + partition + " stands still at offset " + position);
                }
            }
            ConsumerRecord<byte[], byte[]> message = ahead.get(place.offset());
            if (message == null || message.value() == null) {
                batch.gone().add(place);
            } else {
                batch.found().add(Map.entry(place, message));
                bytes += message.serializedValueSize();
            }
            if (bytes >= mostBytes) {
                break;
            }
            ahead.headMap(place.offset(), true).clear();
        }
        return batch;
    }

    @Override
    public void close() {
        consumer.close(CloseOptions.timeout(Duration.ofSeconds(1)));
    }
}

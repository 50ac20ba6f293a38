package dev.fanfare.router;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.fanfare.contract.delivery.DeadLetterRecords;
import dev.fanfare.contract.delivery.DeliveryId;
import dev.fanfare.contract.delivery.Verdict;
import dev.fanfare.contract.topic.Topics;
import java.util.Arrays;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jspecify.annotations.Nullable;

/** An event record that can't be routed, or may not be, as a dead letter: as it came, with the reason beside it. */
final class DeadEvent {
    private static final int KEPT_OF_TOO_LARGE = 64 * 1024;

    private DeadEvent() {}

    /**
     * The dead letter. Where the record is larger than any topic takes (compressed, it fitted), the start of its value
     * is kept, and none of its headers: sent back by a replay, it can't be taken for an event.
     *
     * @param why       {@link Verdict#UNDECODABLE}, {@link Verdict#INVALID} or {@link Verdict#TOO_LARGE}
     * @param nowMillis when it died: it is kept for days from then
     */
    static Record<byte[], byte[]> of(
            Record<byte[], byte[]> message, RecordMetadata origin, Verdict why, String error, long nowMillis) {
        ProducerRecord<byte[], byte[]> letter =
                of(message.headers(), message.value(), origin.topic(), origin.partition(), origin.offset(), why, error);
        return new Record<>(letter.key(), letter.value(), nowMillis, letter.headers());
    }

    /** The same of a record that a consumer of its own read. */
    static ProducerRecord<byte[], byte[]> of(ConsumerRecord<byte[], byte[]> message, Verdict why, String error) {
        return of(
                message.headers(), message.value(), message.topic(), message.partition(), message.offset(), why, error);
    }

    private static ProducerRecord<byte[], byte[]> of(
            Headers original,
            byte @Nullable [] body,
            String topic,
            int partition,
            long offset,
            Verdict why,
            String error) {
        byte[] value = DeadLetterRecords.value(body);
        Headers headers = new RecordHeaders(original);
        String reason = error;
        if (RecordBytes.of(value, headers) > RecordBytes.MOST) {
            reason = "cut to its first " + KEPT_OF_TOO_LARGE + " bytes, for it is too large; " + error;
            value = Arrays.copyOf(value, Math.min(value.length, KEPT_OF_TOO_LARGE));
            headers = new RecordHeaders();
        }
        DeadLetterRecords.mark(headers, why, null, reason, topic, partition, offset);
        String id = DeliveryId.ofOrigin(topic, partition, offset);
        return new ProducerRecord<>(Topics.DEAD_LETTERS, null, id.getBytes(UTF_8), value, headers);
    }
}

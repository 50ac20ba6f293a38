package dev.fanfare.router;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.fanfare.contract.delivery.DeadLetterRecords;
import dev.fanfare.contract.delivery.DeliveryId;
import dev.fanfare.contract.delivery.Verdict;
import java.util.Arrays;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;

/** An event record that can't be routed, as a dead letter: as it came, with the reason beside it. */
final class DeadEvent {
    private static final int KEPT_OF_TOO_LARGE = 64 * 1024;

    private DeadEvent() {}

    /**
     * The dead letter. Where the record is larger than any topic takes (compressed, it fitted), the start of its value
     * is kept, and none of its headers: sent back by a replay, it can't be taken for an event.
     *
     * @param why       {@link Verdict#UNDECODABLE} or {@link Verdict#TOO_LARGE}
     * @param nowMillis when it died: it is kept for days from then
     */
    static Record<byte[], byte[]> of(
            Record<byte[], byte[]> message, RecordMetadata origin, Verdict why, String error, long nowMillis) {
        byte[] value = DeadLetterRecords.value(message.value());
        Headers headers = new RecordHeaders(message.headers());
        String reason = error;
        if (RecordBytes.of(value, headers) > RecordBytes.MOST) {
            reason = "cut to its first " + KEPT_OF_TOO_LARGE + " bytes, for it is too large; " + error;
            value = Arrays.copyOf(value, Math.min(value.length, KEPT_OF_TOO_LARGE));
            headers = new RecordHeaders();
        }
        DeadLetterRecords.mark(headers, why, null, reason, origin.topic(), origin.partition(), origin.offset());
        String id = DeliveryId.ofOrigin(origin.topic(), origin.partition(), origin.offset());
        return new Record<>(id.getBytes(UTF_8), value, nowMillis, headers);
    }
}

package dev.fanfare.retry.dead;

import dev.fanfare.contract.RecordHeaders;
import dev.fanfare.contract.UndecodableRecord;
import dev.fanfare.contract.delivery.DeliveryRecords;
import dev.fanfare.contract.event.Event;
import dev.fanfare.contract.event.EventRecords;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * A dead letter as an operator sees it: all but its body. What a header should have told but doesn't is null (or zero):
 * an undecodable record is shown with what can be read of it.
 *
 * @param id             the delivery's id; of an undecodable record, that of its origin
 * @param reason         the {@link dev.fanfare.contract.delivery.Verdict} in lower case
 * @param status         the last HTTP status; null where no answer came
 * @param attempts       in all, over replays
 * @param firstAttemptAt null where it was never attempted
 * @param lastAttemptAt  null where it was never attempted
 * @param error          the last error in words
 * @param diedAt         when it was appended to the dead letters
 * @param origin         {@code topic/partition/offset} of the record that it was
 * @param run            the run that replayed it last, before it died again
 * @param bodyBytes      the size of its body
 * @param partition      where it stands among the dead letters
 * @param offset         where it stands among the dead letters
 */
public record DeadLetter(
        String id,
        @Nullable String tenant,
        @Nullable String subscription,
        @Nullable String eventId,
        @Nullable String eventType,
        @Nullable String reason,
        @Nullable Integer status,
        int attempts,
        @Nullable Instant firstAttemptAt,
        @Nullable Instant lastAttemptAt,
        @Nullable String error,
        Instant diedAt,
        @Nullable String origin,
        @Nullable String run,
        int bodyBytes,
        int partition,
        long offset) {

    /** Reads what can be read; never fails. */
    public static DeadLetter of(ConsumerRecord<byte[], byte[]> message) {
        Headers headers = message.headers();
        return new DeadLetter(
                new String(message.key(), StandardCharsets.UTF_8),
                RecordHeaders.text(headers, EventRecords.ATTRIBUTE_PREFIX + Event.TENANT),
                RecordHeaders.text(headers, DeliveryRecords.SUBSCRIPTION),
                RecordHeaders.text(headers, EventRecords.ATTRIBUTE_PREFIX + Event.ID),
                RecordHeaders.text(headers, EventRecords.ATTRIBUTE_PREFIX + Event.TYPE),
                RecordHeaders.text(headers, DeliveryRecords.REASON),
                status(headers),
                (int) number(headers, DeliveryRecords.TOTAL_ATTEMPTS),
                moment(headers, DeliveryRecords.FIRST_ATTEMPT_AT),
                moment(headers, DeliveryRecords.LAST_ATTEMPT_AT),
                RecordHeaders.text(headers, DeliveryRecords.ERROR),
                Instant.ofEpochMilli(message.timestamp()),
                RecordHeaders.text(headers, DeliveryRecords.ORIGIN),
                RecordHeaders.text(headers, DeliveryRecords.RUN),
                Math.max(0, message.serializedValueSize()),
                message.partition(),
                message.offset());
    }

    private static @Nullable Integer status(Headers headers) {
        long number = number(headers, DeliveryRecords.STATUS);
        return number == 0 ? null : (int) number;
    }

    private static @Nullable Instant moment(Headers headers, String name) {
        long millis = number(headers, name);
        return millis == 0 ? null : Instant.ofEpochMilli(millis);
    }

    private static long number(Headers headers, String name) {
        try {
            return RecordHeaders.number(headers, name, 0);
        } catch (UndecodableRecord e) {
            return 0;
        }
    }
}

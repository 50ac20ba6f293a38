package dev.fanfare.contract.delivery;

import dev.fanfare.contract.RecordHeaders;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * What makes a record a dead letter, or a parked delivery: the reason headers, written beside what the record already
 * carried.
 */
public final class DeadLetterRecords {
    private static final int MAX_ERROR_LENGTH = 1_024;

    private DeadLetterRecords() {}

    /**
     * Marks headers as those of a dead letter or a parked delivery.
     *
     * @param reason one of the verdicts that are dead letters, or {@link Verdict#PARKED}
     * @param status the last HTTP status; null where there was no answer
     * @param error  what went wrong, in words and without secrets; cut after 1,024 characters
     */
    public static void mark(
            Headers headers,
            Verdict reason,
            @Nullable Integer status,
            String error,
            String originTopic,
            int originPartition,
            long originOffset) {
        if (!reason.isDeadLetter() && reason != Verdict.PARKED) {
            throw new IllegalArgumentException(reason + " is not a dead letter's reason");
        }
        RecordHeaders.put(headers, DeliveryRecords.REASON, reason.text());
        RecordHeaders.put(headers, DeliveryRecords.STATUS, status == null ? null : status.toString());
        RecordHeaders.put(
                headers,
                DeliveryRecords.ERROR,
                error.length() > MAX_ERROR_LENGTH ? error.substring(0, MAX_ERROR_LENGTH) : error);
        RecordHeaders.put(headers, DeliveryRecords.ORIGIN, originTopic + "/" + originPartition + "/" + originOffset);
        headers.remove(DeliveryRecords.DELAY_MS);
    }

    /**
     * The value of a dead letter: its body, and an empty one where it had none. On this topic, a record without a value
     * is a tombstone: it would take the dead letter away.
     */
    public static byte[] value(byte @Nullable [] body) {
        return body == null ? new byte[0] : body;
    }

    /** Takes the marks off again, for a replay. */
    public static void unmark(Headers headers) {
        headers.remove(DeliveryRecords.REASON);
        headers.remove(DeliveryRecords.STATUS);
        headers.remove(DeliveryRecords.ERROR);
        headers.remove(DeliveryRecords.ORIGIN);
    }
}

package dev.fanfare.contract.delivery;

import dev.fanfare.contract.RecordHeaders;
import dev.fanfare.contract.UndecodableRecord;
import org.apache.kafka.common.header.Headers;

/**
 * What a record of {@code fanfare.fanout} holds beside an event: deliver it to those subscriptions of a share that want it.
 *
 * @param range            which subscriptions
 * @param routedAt         how far the subscriptions were read when the event was routed: the first offset that was not.
 *                         A reader must have got there, and leaves out subscriptions that were created since
 * @param acceptedAtMillis when the broker appended the event
 */
public record EventChunk(HashRange range, SubscriptionVersion routedAt, long acceptedAtMillis) {
    private static final String RANGE = "fanfare-range";
    private static final String ROUTED_AT = "fanfare-routed-at";

    /** Writes the headers beside the event's own. */
    public void writeHeaders(Headers headers) {
        RecordHeaders.put(headers, RANGE, range.text());
        RecordHeaders.put(headers, ROUTED_AT, routedAt.text());
        RecordHeaders.put(headers, DeliveryRecords.ACCEPTED_AT, acceptedAtMillis);
    }

    /**
     * Reads what {@link #writeHeaders} wrote.
     *
     * @throws UndecodableRecord naming the header at fault
     */
    public static EventChunk read(Headers headers) throws UndecodableRecord {
        RecordHeaders.required(headers, DeliveryRecords.ACCEPTED_AT);
        return new EventChunk(
                HashRange.parse(RecordHeaders.required(headers, RANGE)),
                SubscriptionVersion.parse(RecordHeaders.required(headers, ROUTED_AT)),
                RecordHeaders.number(headers, DeliveryRecords.ACCEPTED_AT, 0));
    }
}

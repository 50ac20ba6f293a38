package dev.fanfare.contract.delivery;

import dev.fanfare.contract.UndecodableRecord;

/**
 * Which state of a subscription a delivery was routed with: a place on the subscriptions topic, which has one
 * partition and so a total order. Offsets of different topic ids (a topic made anew) can't be compared.
 *
 * @param topicId Kafka's id of the topic, as {@code Uuid.toString()} writes it
 */
public record SubscriptionVersion(String topicId, long offset) {
    /** As in the header: {@code topicId:offset}. */
    public String text() {
        return topicId + ":" + offset;
    }

    /** Reads {@link #text()}. */
    public static SubscriptionVersion parse(String text) throws UndecodableRecord {
        int colon = text.lastIndexOf(':');
        try {
            long offset = Long.parseLong(text, colon + 1, text.length(), 10);
            if (colon > 0 && offset >= 0) {
                return new SubscriptionVersion(text.substring(0, colon), offset);
            }
        } catch (NumberFormatException e) {
            // told below
        }
        throw new UndecodableRecord(
                "header '" + DeliveryRecords.SUBSCRIPTION_VERSION + "' holds '" + text + "', not 'topicId:offset'");
    }
}

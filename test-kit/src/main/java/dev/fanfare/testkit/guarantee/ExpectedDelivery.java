package dev.fanfare.testkit.guarantee;

/**
 * A match that must lead to a delivery. The body is not copied: leave it as it is.
 *
 * @param eventId the event's id, as {@code ce-id} shows it
 * @param subscription any name the test has for the subscription
 * @param body the event's data, byte for byte
 */
public record ExpectedDelivery(String eventId, String subscription, byte[] body) {

    /** What the delivery is of and for. */
    public Pair pair() {
        return new Pair(eventId, subscription);
    }
}

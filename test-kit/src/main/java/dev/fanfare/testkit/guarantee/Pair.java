package dev.fanfare.testkit.guarantee;

/** One event for one subscription: what a delivery is. */
public record Pair(String eventId, String subscription) {

    @Override
    public String toString() {
        return "event " + eventId + " for " + subscription;
    }
}

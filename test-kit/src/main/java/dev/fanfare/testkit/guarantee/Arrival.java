package dev.fanfare.testkit.guarantee;

import dev.fanfare.testkit.Exchange;
import dev.fanfare.testkit.ReceivedRequest;

/** One request that reached a subscriber, and which delivery it says it is. */
public record Arrival(Pair pair, Exchange exchange) {

    /** What was received. */
    public ReceivedRequest request() {
        return exchange.request();
    }

    /** The {@code webhook-id}; empty if there is none. */
    public String webhookId() {
        String id = request().header("webhook-id");
        return id == null ? "" : id;
    }
}

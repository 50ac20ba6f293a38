package dev.fanfare.contract.delivery;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.fanfare.contract.Json;
import dev.fanfare.contract.UndecodableRecord;
import java.util.Objects;
import java.util.UUID;

/**
 * What a dispatcher tells the control plane about a subscription, on {@code fanfare.signals}. Dispatchers never write
 * subscriptions themselves.
 *
 * @param kind   {@link #GONE}: the endpoint answered 410 and the subscription should be disabled; {@link #BREAKER_OPENED},
 *               {@link #BREAKER_CLOSED}: the endpoint is left alone for a while after failures in a row, or was and works
 *               again
 * @param detail in words, without secrets
 */
public record Signal(String kind, String tenant, String subscription, UUID generation, long atMillis, String detail) {
    public static final String GONE = "gone";
    public static final String BREAKER_OPENED = "breaker-opened";
    public static final String BREAKER_CLOSED = "breaker-closed";

    public Signal {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(tenant, "tenant");
        Objects.requireNonNull(subscription, "subscription");
        Objects.requireNonNull(generation, "generation");
    }

    /** As it stands on the topic. */
    public byte[] toJson() {
        try {
            return Json.TOPIC.writeValueAsBytes(this);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a signal is plain data", e);
        }
    }

    /** Reads {@link #toJson()}. */
    public static Signal fromJson(byte[] json) throws UndecodableRecord {
        return Json.fromTopic(json, Signal.class, "a signal record");
    }
}

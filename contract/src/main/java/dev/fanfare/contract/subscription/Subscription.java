package dev.fanfare.contract.subscription;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import dev.fanfare.contract.DurationText;
import dev.fanfare.contract.Json;
import dev.fanfare.contract.UndecodableRecord;
import dev.fanfare.contract.delivery.Delivery;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A subscription as it stands on {@code fanfare.subscriptions}: one URL and what it wants.
 *
 * @param generation   minted at creation: tells a subscription from an earlier one of the same id
 * @param eventTypes   exact types ({@code order.created}), dotted prefixes ({@code invoice.*}) or {@code *}
 * @param headers      sent along with every webhook
 * @param timeout      for the whole exchange, as {@link DurationText}
 * @param maxInFlight  the most requests to this URL at once
 * @param retry        delays between attempts
 * @param secrets      sealed signing secrets, the newest first; each signs
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Subscription(
        String id,
        String tenant,
        UUID generation,
        URI url,
        List<String> eventTypes,
        Map<String, String> headers,
        String timeout,
        int maxInFlight,
        Retry retry,
        State state,
        @Nullable String stateReason,
        @Nullable String description,
        Map<String, String> metadata,
        List<SealedSecret> secrets,
        long createdAtMillis,
        long updatedAtMillis) {

    public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(15);
    public static final int DEFAULT_MAX_IN_FLIGHT = 16;

    /** Whether events are routed to it. */
    public enum State {
        @JsonProperty("active")
        ACTIVE,
        /** By an operator, or because the endpoint answered 410: nothing is routed. */
        @JsonProperty("disabled")
        DISABLED
    }

    /**
     * The schedule: after the n-th failed attempt wait the n-th delay; after the last one give up.
     *
     * @param schedule delays as {@link DurationText}; empty means no retry
     */
    public record Retry(List<String> schedule) {
        public Retry {
            schedule = List.copyOf(schedule);
        }

        /** The delays as durations. */
        public List<Duration> delays() {
            return schedule.stream().map(DurationText::parse).toList();
        }
    }

    /**
     * A secret that only a holder of the keyset can read.
     *
     * @param sealed Base64 of what {@code SecretSeal} made of it
     */
    public record SealedSecret(String sealed, long createdAtMillis) {}

    public Subscription {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(tenant, "tenant");
        Objects.requireNonNull(generation, "generation");
        Objects.requireNonNull(url, "url");
        Objects.requireNonNull(retry, "retry");
        Objects.requireNonNull(state, "state");
        // a reader far from here relies on it: what is on the topic can't be asked for again
        DurationText.parse(timeout);
        retry.delays();
        eventTypes = List.copyOf(eventTypes);
        headers = Map.copyOf(headers);
        metadata = Map.copyOf(metadata);
        secrets = List.copyOf(secrets);
    }

    /** The record key on the subscriptions topic, and that of all its deliveries. */
    public String key() {
        return Delivery.key(tenant, id);
    }

    /** As it stands on the topic. */
    public byte[] toJson() {
        try {
            return Json.TOPIC.writeValueAsBytes(this);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a subscription is plain data", e);
        }
    }

    /** Reads {@link #toJson()}. */
    public static Subscription fromJson(byte[] json) throws UndecodableRecord {
        return Json.fromTopic(json, Subscription.class, "a subscription record");
    }
}

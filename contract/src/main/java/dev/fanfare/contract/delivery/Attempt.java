package dev.fanfare.contract.delivery;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import dev.fanfare.contract.Json;
import dev.fanfare.contract.UndecodableRecord;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One line of the audit trail on {@code fanfare.attempts}: one HTTP exchange, or the end of a delivery without one
 * ({@code cancelled}, {@code expired}, {@code forbidden}). It never holds the request's body or a secret.
 *
 * @param attempt          which attempt in all (from 1); the number before it where nothing was sent
 * @param verdict          {@link Verdict#text()}
 * @param startedAtMillis  Unix milliseconds
 * @param status           the HTTP status; null where no answer came
 * @param error            in words; null where it was delivered
 * @param nextDelayMillis  how long until the next attempt; null where there is none
 * @param responseExcerpt  the first bytes of the answer's body as text, at most 1 KiB
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Attempt(
        String deliveryId,
        String tenant,
        String subscription,
        String eventId,
        String eventType,
        int attempt,
        String verdict,
        long startedAtMillis,
        long durationMillis,
        @Nullable Integer status,
        @Nullable String error,
        @Nullable Long nextDelayMillis,
        @Nullable String responseExcerpt) {

    public Attempt {
        Objects.requireNonNull(deliveryId, "deliveryId");
        Objects.requireNonNull(tenant, "tenant");
        Objects.requireNonNull(subscription, "subscription");
        Objects.requireNonNull(eventId, "eventId");
        Objects.requireNonNull(eventType, "eventType");
        Objects.requireNonNull(verdict, "verdict");
    }

    /** As it stands on the topic. */
    public byte[] toJson() {
        try {
            return Json.TOPIC.writeValueAsBytes(this);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("an attempt is plain data", e);
        }
    }

    /** Reads {@link #toJson()}. */
    public static Attempt fromJson(byte[] json) throws UndecodableRecord {
        return Json.fromTopic(json, Attempt.class, "an attempt record");
    }
}

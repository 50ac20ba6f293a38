package dev.fanfare.contract.delivery;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.fanfare.contract.Json;
import dev.fanfare.contract.UndecodableRecord;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
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
 * @param run              the run that replayed the delivery last; null where none did
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
        @Nullable String responseExcerpt,
        @Nullable String run) {

    private static final int USUAL_BYTES = 512;

    public Attempt {
        Objects.requireNonNull(deliveryId, "deliveryId");
        Objects.requireNonNull(tenant, "tenant");
        Objects.requireNonNull(subscription, "subscription");
        Objects.requireNonNull(eventId, "eventId");
        Objects.requireNonNull(eventType, "eventType");
        Objects.requireNonNull(verdict, "verdict");
    }

    /** As it stands on the topic. Member by member, as there is one for each request that is sent. */
    public byte[] toJson() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(USUAL_BYTES);
        try (JsonGenerator json = Json.TOPIC.getFactory().createGenerator(bytes)) {
            json.writeStartObject();
            json.writeStringField("deliveryId", deliveryId);
            json.writeStringField("tenant", tenant);
            json.writeStringField("subscription", subscription);
            json.writeStringField("eventId", eventId);
            json.writeStringField("eventType", eventType);
            json.writeNumberField("attempt", attempt);
            json.writeStringField("verdict", verdict);
            json.writeNumberField("startedAtMillis", startedAtMillis);
            json.writeNumberField("durationMillis", durationMillis);
            if (status != null) {
                json.writeNumberField("status", status);
            }
            if (error != null) {
                json.writeStringField("error", error);
            }
            if (nextDelayMillis != null) {
                json.writeNumberField("nextDelayMillis", nextDelayMillis);
            }
            if (responseExcerpt != null) {
                json.writeStringField("responseExcerpt", responseExcerpt);
            }
            if (run != null) {
                json.writeStringField("run", run);
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new IllegalStateException("an attempt is plain data", e);
        }
        return bytes.toByteArray();
    }

    /** Reads {@link #toJson()}. */
    public static Attempt fromJson(byte[] json) throws UndecodableRecord {
        return Json.fromTopic(json, Attempt.class, "an attempt record");
    }
}

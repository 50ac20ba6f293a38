package dev.fanfare.contract.delivery;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.SerializedString;
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
 * @param acceptedAtMillis when the broker appended the event; null in records of earlier versions
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
        @Nullable String run,
        @Nullable Long acceptedAtMillis) {

    private static final int USUAL_BYTES = 512;
    // Escaped and encoded once, not for each attempt.
    private static final SerializableString DELIVERY_ID = new SerializedString("deliveryId");
    private static final SerializableString TENANT = new SerializedString("tenant");
    private static final SerializableString SUBSCRIPTION = new SerializedString("subscription");
    private static final SerializableString EVENT_ID = new SerializedString("eventId");
    private static final SerializableString EVENT_TYPE = new SerializedString("eventType");
    private static final SerializableString ATTEMPT = new SerializedString("attempt");
    private static final SerializableString VERDICT = new SerializedString("verdict");
    private static final SerializableString STARTED_AT_MILLIS = new SerializedString("startedAtMillis");
    private static final SerializableString DURATION_MILLIS = new SerializedString("durationMillis");
    private static final SerializableString STATUS = new SerializedString("status");
    private static final SerializableString ERROR = new SerializedString("error");
    private static final SerializableString NEXT_DELAY_MILLIS = new SerializedString("nextDelayMillis");
    private static final SerializableString RESPONSE_EXCERPT = new SerializedString("responseExcerpt");
    private static final SerializableString RUN = new SerializedString("run");
    private static final SerializableString ACCEPTED_AT_MILLIS = new SerializedString("acceptedAtMillis");

    /** One of which isn't known when its event was accepted. */
    public Attempt(
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
        this(
                deliveryId,
                tenant,
                subscription,
                eventId,
                eventType,
                attempt,
                verdict,
                startedAtMillis,
                durationMillis,
                status,
                error,
                nextDelayMillis,
                responseExcerpt,
                run,
                null);
    }

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
            write(json, DELIVERY_ID, deliveryId);
            write(json, TENANT, tenant);
            write(json, SUBSCRIPTION, subscription);
            write(json, EVENT_ID, eventId);
            write(json, EVENT_TYPE, eventType);
            write(json, ATTEMPT, attempt);
            write(json, VERDICT, verdict);
            write(json, STARTED_AT_MILLIS, startedAtMillis);
            write(json, DURATION_MILLIS, durationMillis);
            if (status != null) {
                write(json, STATUS, status);
            }
            if (error != null) {
                write(json, ERROR, error);
            }
            if (nextDelayMillis != null) {
                write(json, NEXT_DELAY_MILLIS, nextDelayMillis);
            }
            if (responseExcerpt != null) {
                write(json, RESPONSE_EXCERPT, responseExcerpt);
            }
            if (run != null) {
                write(json, RUN, run);
            }
            if (acceptedAtMillis != null) {
                write(json, ACCEPTED_AT_MILLIS, acceptedAtMillis);
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new IllegalStateException("an attempt is plain data", e);
        }
        return bytes.toByteArray();
    }

    private static void write(JsonGenerator json, SerializableString name, String value) throws IOException {
        json.writeFieldName(name);
        json.writeString(value);
    }

    private static void write(JsonGenerator json, SerializableString name, long value) throws IOException {
        json.writeFieldName(name);
        json.writeNumber(value);
    }

    /** Reads {@link #toJson()}. */
    public static Attempt fromJson(byte[] json) throws UndecodableRecord {
        return Json.fromTopic(json, Attempt.class, "an attempt record");
    }
}

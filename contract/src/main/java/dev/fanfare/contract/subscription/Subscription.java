package dev.fanfare.contract.subscription;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.fanfare.contract.DurationText;
import dev.fanfare.contract.Json;
import dev.fanfare.contract.UndecodableRecord;
import dev.fanfare.contract.delivery.Delivery;
import dev.fanfare.contract.filter.FilterReader;
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
 * @param filters      which of their events are wanted, as the subscriber wrote it ({@link FilterReader}); null: all. Not
 *                     checked here: one reader's fault must not be all readers'. Not to be changed
 * @param headers      sent along with every webhook
 * @param timeout      for the whole exchange, as {@link DurationText}
 * @param maxInFlight  the most requests to this URL at once
 * @param rateLimit    null: as fast as the endpoint answers
 * @param retry        delays between attempts
 * @param disableFailingAfter it is disabled once its endpoint did nothing but fail for so long, as {@link DurationText};
 *     {@code 0s}: never; null: as the installation has it
 * @param auth         null: nothing but the signature says who sends
 * @param format       how an event becomes a request; a record without it, from an earlier version, means binary
 * @param verification whether its endpoint has to answer a challenge, and has; null: it needn't
 * @param secrets      sealed signing secrets, the newest first; each signs until it expires
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Subscription(
        String id,
        String tenant,
        UUID generation,
        URI url,
        List<String> eventTypes,
        @Nullable JsonNode filters,
        Map<String, String> headers,
        String timeout,
        int maxInFlight,
        @Nullable RateLimit rateLimit,
        Retry retry,
        @Nullable String disableFailingAfter,
        @Nullable Authentication auth,
        Format format,
        State state,
        @Nullable String stateReason,
        @Nullable Verification verification,
        @Nullable String description,
        Map<String, String> metadata,
        List<SealedSecret> secrets,
        long createdAtMillis,
        long updatedAtMillis) {

    public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(15);
    public static final int DEFAULT_MAX_IN_FLIGHT = 16;

    /** Whether events are routed to it, and whether they are sent. */
    public enum State {
        @JsonProperty("active")
        ACTIVE,
        /** Routed as ever; deliveries are parked until it is active again. */
        @JsonProperty("paused")
        PAUSED,
        /** By an operator, or because the endpoint answered 410: nothing is routed. */
        @JsonProperty("disabled")
        DISABLED
    }

    /** How an event becomes a request (CloudEvents HTTP protocol binding 1.0.2, section 3). */
    public enum Format {
        /** The body is the event's data, byte for byte; its attributes are headers. */
        @JsonProperty("binary")
        BINARY,
        /** The body is the whole event as one JSON object. */
        @JsonProperty("structured")
        STRUCTURED
    }

    /**
     * How many requests may begin.
     *
     * @param perSecond on average, {@value #LEAST_PER_SECOND} to {@value #MOST_PER_SECOND}; a second's worth may begin at
     *     once
     */
    public record RateLimit(double perSecond) {
        public static final double LEAST_PER_SECOND = 0.01;
        public static final double MOST_PER_SECOND = 100_000;

        public RateLimit {
            if (!(perSecond >= LEAST_PER_SECOND && perSecond <= MOST_PER_SECOND)) {
                throw new IllegalArgumentException("perSecond is " + perSecond + ": it must be " + LEAST_PER_SECOND
                        + " to " + (long) MOST_PER_SECOND);
            }
        }
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
     * @param sealed          Base64 of what {@code SecretSeal} made of it
     * @param publicKey       what goes with it and may be seen ({@code whpk_…}); null where there is no such thing
     * @param expiresAtMillis from when on it is not used any more; null where there is no end to it
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record SealedSecret(
            String sealed,
            long createdAtMillis,
            @Nullable String publicKey,
            @Nullable Long expiresAtMillis) {
        /** One that has no public part and no end. */
        public SealedSecret(String sealed, long createdAtMillis) {
            this(sealed, createdAtMillis, null, null);
        }

        /** Whether it is used at a moment. */
        public boolean isUsedAt(long atMillis) {
            return expiresAtMillis == null || atMillis < expiresAtMillis;
        }

        /** The same, used no longer than until then. */
        public SealedSecret until(long atMillis) {
            long end = expiresAtMillis == null ? atMillis : Math.min(expiresAtMillis, atMillis);
            return new SealedSecret(sealed, createdAtMillis, publicKey, end);
        }
    }

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
        if (disableFailingAfter != null) {
            DurationText.parse(disableFailingAfter);
        }
        format = Objects.requireNonNullElse(format, Format.BINARY);
        eventTypes = List.copyOf(eventTypes);
        filters = filters == null || filters.isNull() || (filters.isArray() && filters.isEmpty()) ? null : filters;
        headers = Map.copyOf(headers);
        metadata = Map.copyOf(metadata);
        secrets = List.copyOf(secrets);
    }

    /** Begins a subscription that is active, with defaults for all but what it is and where its webhooks go. */
    public static Builder builder(String tenant, String id, UUID generation, URI url) {
        return new Builder(tenant, id, generation, url);
    }

    /** Begins another state of this subscription: the same but for what is set. */
    public Builder toBuilder() {
        return new Builder(this);
    }

    /** Makes subscriptions. Each setter has the meaning of the component it is named after. Confined to one thread. */
    public static final class Builder {
        private final String id;
        private final String tenant;
        private final UUID generation;
        private URI url;
        private List<String> eventTypes = List.of("*");
        private @Nullable JsonNode filters;
        private Map<String, String> headers = Map.of();
        private String timeout = DurationText.format(DEFAULT_TIMEOUT);
        private int maxInFlight = DEFAULT_MAX_IN_FLIGHT;
        private @Nullable RateLimit rateLimit;
        private Retry retry = new Retry(List.of());
        private @Nullable String disableFailingAfter;
        private @Nullable Authentication auth;
        private Format format = Format.BINARY;
        private State state = State.ACTIVE;
        private @Nullable String stateReason;
        private @Nullable Verification verification;
        private @Nullable String description;
        private Map<String, String> metadata = Map.of();
        private List<SealedSecret> secrets = List.of();
        private long createdAtMillis;
        private long updatedAtMillis;

        private Builder(String tenant, String id, UUID generation, URI url) {
            this.tenant = tenant;
            this.id = id;
            this.generation = generation;
            this.url = url;
        }

        private Builder(Subscription from) {
            this(from.tenant, from.id, from.generation, from.url);
            eventTypes = from.eventTypes;
            filters = from.filters;
            headers = from.headers;
            timeout = from.timeout;
            maxInFlight = from.maxInFlight;
            rateLimit = from.rateLimit;
            retry = from.retry;
            disableFailingAfter = from.disableFailingAfter;
            auth = from.auth;
            format = from.format;
            state = from.state;
            stateReason = from.stateReason;
            verification = from.verification;
            description = from.description;
            metadata = from.metadata;
            secrets = from.secrets;
            createdAtMillis = from.createdAtMillis;
            updatedAtMillis = from.updatedAtMillis;
        }

        public Builder url(URI value) {
            url = value;
            return this;
        }

        public Builder eventTypes(List<String> value) {
            eventTypes = value;
            return this;
        }

        public Builder filters(@Nullable JsonNode value) {
            filters = value;
            return this;
        }

        public Builder headers(Map<String, String> value) {
            headers = value;
            return this;
        }

        public Builder timeout(String value) {
            timeout = value;
            return this;
        }

        public Builder maxInFlight(int value) {
            maxInFlight = value;
            return this;
        }

        public Builder rateLimit(@Nullable RateLimit value) {
            rateLimit = value;
            return this;
        }

        public Builder retry(Retry value) {
            retry = value;
            return this;
        }

        public Builder disableFailingAfter(@Nullable String value) {
            disableFailingAfter = value;
            return this;
        }

        public Builder auth(@Nullable Authentication value) {
            auth = value;
            return this;
        }

        public Builder format(Format value) {
            format = value;
            return this;
        }

        public Builder state(State value, @Nullable String reason) {
            state = value;
            stateReason = reason;
            return this;
        }

        public Builder verification(@Nullable Verification value) {
            verification = value;
            return this;
        }

        public Builder description(@Nullable String value) {
            description = value;
            return this;
        }

        public Builder metadata(Map<String, String> value) {
            metadata = value;
            return this;
        }

        public Builder secrets(List<SealedSecret> value) {
            secrets = value;
            return this;
        }

        public Builder createdAtMillis(long value) {
            createdAtMillis = value;
            return this;
        }

        public Builder updatedAtMillis(long value) {
            updatedAtMillis = value;
            return this;
        }

        /** Checks and makes it. */
        public Subscription build() {
            return new Subscription(
                    id,
                    tenant,
                    generation,
                    url,
                    eventTypes,
                    filters,
                    headers,
                    timeout,
                    maxInFlight,
                    rateLimit,
                    retry,
                    disableFailingAfter,
                    auth,
                    format,
                    state,
                    stateReason,
                    verification,
                    description,
                    metadata,
                    secrets,
                    createdAtMillis,
                    updatedAtMillis);
        }
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

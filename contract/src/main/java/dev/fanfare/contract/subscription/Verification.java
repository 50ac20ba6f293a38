package dev.fanfare.contract.subscription;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Objects;

/**
 * An endpoint's proof that it wants a subscription's webhooks: it is sent a challenge, signed like any webhook, and answers
 * 2xx with the challenge in the body. Until then the subscription is paused.
 *
 * @param challenge what has to come back
 * @param atMillis  since when it is so, Unix milliseconds
 */
public record Verification(Status status, String challenge, long atMillis) {
    /** The type of the event that asks. */
    public static final String EVENT_TYPE = "fanfare.verification";

    /** How far it is. */
    public enum Status {
        @JsonProperty("pending")
        PENDING,
        @JsonProperty("verified")
        VERIFIED,
        /** Answered otherwise, or not in time. */
        @JsonProperty("failed")
        FAILED
    }

    public Verification {
        Objects.requireNonNull(status, "status");
        Objects.requireNonNull(challenge, "challenge");
    }

    /** Asked, and not answered yet. */
    public static Verification pending(String challenge, long atMillis) {
        return new Verification(Status.PENDING, challenge, atMillis);
    }

    /** The same, with an end to it. */
    public Verification settled(Status end, long endedAtMillis) {
        return new Verification(end, challenge, endedAtMillis);
    }

    /** Whether the answer is waited for. */
    @JsonIgnore
    public boolean isPending() {
        return status == Status.PENDING;
    }

    /** The id of the event that asks: a dispatcher sends this one although the subscription is paused. */
    public String eventId() {
        return "verification-" + challenge;
    }
}

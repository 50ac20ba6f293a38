package dev.fanfare.contract.delivery;

import java.util.Locale;

/** What an attempt came to, or what became of a delivery that was not attempted. */
public enum Verdict {
    /** Answered 2xx. */
    DELIVERED,
    /** Failed, and waits in a tier for the next attempt. */
    RETRY,
    /** Not attempted now, because its lane is full or broken; waits in a tier. Not an attempt. */
    DEFERRED,
    /** Not attempted, because its subscription is paused; waits on the parked topic until it is active again. */
    PARKED,
    /** Answered 410: dead letter, and the subscription is disabled. Also what finds its subscription disabled. */
    GONE,
    /** Answered 400, 413 or 422: this body will never be taken. Dead letter. */
    REJECTED,
    /** Failed, and the schedule has no further delay. Dead letter. */
    EXHAUSTED,
    /** Older than the maximum age. Dead letter. */
    EXPIRED,
    /** The address is forbidden by policy; nothing was sent. Dead letter. */
    FORBIDDEN,
    /** The record can't be read; raw bytes are kept. Dead letter. */
    UNDECODABLE,
    /** An event that can be read, but breaks a rule or isn't as its tenant's event types say. Dead letter. */
    INVALID,
    /** With what Fanfare adds, the record is more than Kafka takes. Dead letter. */
    TOO_LARGE,
    /** The subscription was deleted, or made anew under the same id. Recorded, ends there. */
    CANCELLED;

    /** Whether the delivery becomes a dead letter, whose reason is this verdict's name. */
    public boolean isDeadLetter() {
        return switch (this) {
            case GONE, REJECTED, EXHAUSTED, EXPIRED, FORBIDDEN, UNDECODABLE, INVALID, TOO_LARGE -> true;
            case DELIVERED, RETRY, DEFERRED, PARKED, CANCELLED -> false;
        };
    }

    /** As it stands in records, metrics and tables: lower case, such as {@code too-large}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}

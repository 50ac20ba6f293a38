package dev.fanfare.ingest;

/**
 * Why an event was not acknowledged. It may still be on the topic where its time ran out under way: repeating it under
 * its own id is harmless.
 */
final class NotPublished extends Exception {
    /** What kind of answer it calls for. */
    enum Cause {
        /** More events wait for Kafka than the buffer holds. */
        BUSY,
        /** Kafka does not take events now. */
        OUTAGE,
        /** This process is going away. */
        CLOSING,
        /** The record is over the topic's limit: it will never be taken. */
        TOO_LARGE
    }

    private final Cause kind;
    private final String detail;

    NotPublished(Cause kind, String detail) {
        super(detail, null, false, false);
        this.kind = kind;
        this.detail = detail;
    }

    Cause kind() {
        return kind;
    }

    /** For the client: what is the matter and the way out. */
    String detail() {
        return detail;
    }
}

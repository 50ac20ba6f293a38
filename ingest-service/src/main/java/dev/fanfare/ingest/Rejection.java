package dev.fanfare.ingest;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Why a request's events were not taken, as the status of its answer tells. */
enum Rejection {
    INVALID(400),
    UNAUTHORIZED(401),
    FORBIDDEN(403),
    UNKNOWN_TENANT(404),
    TOO_SLOW(408),
    TOO_LARGE(413),
    UNSUPPORTED_MEDIA_TYPE(415),
    /** Not as its event type says. */
    SCHEMA(422),
    RATE_LIMIT(429),
    /** Kafka does not take events now, or we don't. */
    UNAVAILABLE(503),
    OTHER(0);

    /** Their texts, for the reference. */
    static final String ALL = Arrays.stream(values()).map(Rejection::text).collect(Collectors.joining(", "));

    private final int status;

    Rejection(int status) {
        this.status = status;
    }

    static Rejection of(int status) {
        for (Rejection rejection : values()) {
            if (rejection.status == status) {
                return rejection;
            }
        }
        return OTHER;
    }

    /** As it stands in the metrics. */
    String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}

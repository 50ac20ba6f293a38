package dev.fanfare.dispatcher.outcome;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** How an exchange with an endpoint ended. */
public sealed interface Answer {
    /**
     * The endpoint answered.
     *
     * @param retryAfter the header's text, if it was there
     * @param excerpt    the first bytes of the body as text
     */
    record Response(
            int status,
            @Nullable String retryAfter,
            @Nullable String excerpt) implements Answer {}

    /** No whole answer came in time. */
    record TimedOut(Duration timeout) implements Answer {}

    /**
     * No whole answer came, and none will.
     *
     * @param cause in words
     */
    record Failed(String cause) implements Answer {}

    /**
     * Nothing was sent, because the policy forbids it.
     *
     * @param reason in words
     */
    record Forbidden(String reason) implements Answer {}
}

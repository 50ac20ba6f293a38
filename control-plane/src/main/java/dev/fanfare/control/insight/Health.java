package dev.fanfare.control.insight;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a subscription's endpoint does.
 *
 * @param findings  in plain words, the most urgent first; never empty
 * @param suggested null where nothing is to be bettered
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Health(
        Level level,
        List<String> findings,
        List<Flag> flags,
        Window lastHour,
        Window lastDay,
        @Nullable Suggested suggested) {
    /** What is unusual in the last hour, compared with the day before. */
    public enum Flag {
        /** A failure that wasn't there. */
        @JsonProperty("new-failure")
        NEW_FAILURE,
        @JsonProperty("more-than-usual")
        MORE_THAN_USUAL,
        @JsonProperty("less-than-usual")
        LESS_THAN_USUAL,
        @JsonProperty("slower-than-usual")
        SLOWER_THAN_USUAL
    }

    /**
     * What would suit the endpoint better, from its own history.
     *
     * @param retrySchedule for {@code retry.schedule}; null where it outlasts its outages
     * @param perSecond     for {@code rateLimit.perSecond}; null where it doesn't ask to slow down
     * @param because       why, in plain words
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Suggested(
            @Nullable List<String> retrySchedule, @Nullable Double perSecond, List<String> because) {}

    /** How urgent it is. */
    public enum Level {
        @JsonProperty("good")
        GOOD,
        /** Nothing was sent lately. */
        @JsonProperty("idle")
        IDLE,
        /** Some fail, or something changed. */
        @JsonProperty("warning")
        WARNING,
        /** Nothing gets through. */
        @JsonProperty("failing")
        FAILING,
        /** By somebody's wish, or because the endpoint answered 410. */
        @JsonProperty("stopped")
        STOPPED
    }

    /**
     * A stretch of time.
     *
     * @param exchanges requests that were sent
     * @param delivered of these, those that were answered 2xx
     * @param p50Millis how long half of them took at most
     */
    public record Window(long exchanges, long delivered, long p50Millis, long p99Millis) {
        /** The share that was delivered, in per cent; 100 where nothing was sent. */
        @JsonProperty
        public double successPercent() {
            return exchanges == 0 ? 100 : 100.0 * delivered / exchanges;
        }
    }
}

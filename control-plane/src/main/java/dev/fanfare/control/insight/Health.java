package dev.fanfare.control.insight;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/**
 * How a subscription's endpoint does.
 *
 * @param findings in plain words, the most urgent first; never empty
 */
public record Health(Level level, List<String> findings, Window lastHour, Window lastDay) {
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

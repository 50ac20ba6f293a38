package dev.fanfare.retry;

import dev.fanfare.runtime.metric.Definition;
import dev.fanfare.runtime.metric.Metric;
import java.time.Duration;

/** What the retry role measures; the tag {@code tier} is a delay such as {@code 10m}. */
public enum RetryMetric implements Metric {
    /** The promise is two seconds at the 99th percentile. */
    LATENESS(Definition.timer(
                    "fanfare.retry.lateness",
                    "How long after it was due a delivery left its last tier",
                    Duration.ofMillis(100),
                    Duration.ofMillis(500),
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(2),
                    Duration.ofSeconds(5),
                    Duration.ofSeconds(10),
                    Duration.ofMinutes(1),
                    Duration.ofMinutes(10))
            .tag("tier", RetryMetric.A_DELAY)),
    /** On time or late. */
    RELAYED(Definition.counter("fanfare.retry.relayed", "Deliveries that went back when they were due")
            .tag("tier", RetryMetric.A_DELAY)),
    /** Where no tier is as long as the wait. */
    HOPPED(Definition.counter("fanfare.retry.hopped", "Deliveries that went on to another tier")
            .tag("tier", RetryMetric.A_DELAY)),
    /** An upper bound. */
    WAITING(Definition.gauge(
                    "fanfare.retry.waiting",
                    "Deliveries that wait in a tier, in this process's partitions: up to one more for each transaction that"
                            + " wrote them, whose marker counts as one")
            .tag("tier", RetryMetric.A_DELAY)),
    /** Kept for the topic's retention, 30 days. */
    PARKED_OUTSTANDING(Definition.gauge(
            "fanfare.parked.outstanding",
            "Deliveries that wait for their subscription to be resumed, in this process's partitions")),
    /** Each once. */
    UNPARKED(Definition.counter("fanfare.unparked", "Parked deliveries that went back to the deliveries")),
    /** By the topic itself, so it is right after a restart, and however they were resolved. */
    DEAD_OUTSTANDING(Definition.gauge(
                    "fanfare.dead.letters.outstanding",
                    "Dead letters that were neither replayed nor discarded nor have expired, in this process's partitions")
            .tag("reason", "gone, rejected, exhausted, expired, forbidden, undecodable, invalid, too-large, other")),
    /** They go with the topic's retention, 30 days. */
    DEAD_OLDEST(
            Definition.seconds(
                    "fanfare.dead.letters.oldest.age",
                    "How long ago the oldest outstanding dead letter of this process's partitions died; 0 where there is none"));

    private static final String A_DELAY = "its delay, such as 10m";

    @SuppressWarnings("ImmutableEnumChecker") // a record, whose lists are copies
    private final Definition definition;

    RetryMetric(Definition definition) {
        this.definition = definition;
    }

    @Override
    public Definition definition() {
        return definition;
    }
}

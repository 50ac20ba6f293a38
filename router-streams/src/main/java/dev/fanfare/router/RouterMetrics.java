package dev.fanfare.router;

import dev.fanfare.contract.delivery.Verdict;
import dev.fanfare.contract.filter.FilterFailure;
import dev.fanfare.runtime.metric.ProcessMetric;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;

/** The meters of {@link RouterMetric}, looked up once. Safe from any thread. */
final class RouterMetrics {
    private final Counter routed;
    private final Counter unmatched;
    private final Counter undecodable;
    private final Counter invalid;
    private final Counter unknownTenant;
    private final Counter tooLarge;
    private final Counter duplicate;
    private final Counter deadUndecodable;
    private final Counter deadInvalid;
    private final Counter deadTooLarge;
    private final Counter deliveries;
    private final Counter replayed;
    private final Counter chunks;
    private final Timer readIndexWaits;
    private final Counter readIndexGivenUp;
    private final Counter filtersUnreadable;
    private final Counter bodyFailures;
    private final Counter sqlFailures;

    RouterMetrics(MeterRegistry meters) {
        routed = RouterMetric.EVENTS.counter(meters, "routed");
        unmatched = RouterMetric.EVENTS.counter(meters, "unmatched");
        undecodable = RouterMetric.EVENTS.counter(meters, "undecodable");
        invalid = RouterMetric.EVENTS.counter(meters, "invalid");
        unknownTenant = RouterMetric.EVENTS.counter(meters, "unknown-tenant");
        tooLarge = RouterMetric.EVENTS.counter(meters, "too-large");
        duplicate = RouterMetric.EVENTS.counter(meters, "duplicate");
        deadUndecodable = ProcessMetric.DEAD_LETTERS.counter(meters, Verdict.UNDECODABLE.text());
        deadInvalid = ProcessMetric.DEAD_LETTERS.counter(meters, Verdict.INVALID.text());
        deadTooLarge = ProcessMetric.DEAD_LETTERS.counter(meters, Verdict.TOO_LARGE.text());
        deliveries = RouterMetric.DELIVERIES.counter(meters, "event");
        replayed = RouterMetric.DELIVERIES.counter(meters, "replay");
        chunks = RouterMetric.CHUNKS.counter(meters);
        readIndexWaits = RouterMetric.READ_INDEX.timer(meters);
        readIndexGivenUp = RouterMetric.READ_INDEX_GIVEN_UP.counter(meters);
        filtersUnreadable = RouterMetric.FILTERS_UNREADABLE.counter(meters);
        bodyFailures = RouterMetric.FILTER_FAILURES.counter(meters, "body");
        sqlFailures = RouterMetric.FILTER_FAILURES.counter(meters, "sql");
    }

    void routed() {
        routed.increment();
    }

    void delivered(int matches) {
        deliveries.increment(matches);
    }

    void replayed(int made) {
        replayed.increment(made);
    }

    void split(int parts) {
        chunks.increment(parts);
    }

    void unmatched() {
        unmatched.increment();
    }

    void undecodable() {
        undecodable.increment();
        deadUndecodable.increment();
    }

    void invalid() {
        invalid.increment();
        deadInvalid.increment();
    }

    void unknownTenant() {
        unknownTenant.increment();
        deadInvalid.increment();
    }

    void tooLarge() {
        tooLarge.increment();
        deadTooLarge.increment();
    }

    void duplicate() {
        duplicate.increment();
    }

    void readIndexWaited(long nanos) {
        readIndexWaits.record(nanos, TimeUnit.NANOSECONDS);
    }

    void readIndexGivenUp() {
        readIndexGivenUp.increment();
    }

    void filtersUnreadable() {
        filtersUnreadable.increment();
    }

    void filterFailed(FilterFailure why) {
        Counter counter =
                switch (why) {
                    case BODY -> bodyFailures;
                    case SQL -> sqlFailures;
                };
        counter.increment();
    }
}

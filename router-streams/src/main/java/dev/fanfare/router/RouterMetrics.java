package dev.fanfare.router;

import dev.fanfare.contract.filter.FilterFailure;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;

/** What the router counts. Names and tags are public. Safe from any thread. */
final class RouterMetrics {
    private static final String EVENTS = "fanfare.router.events";

    private final Counter routed;
    private final Counter unmatched;
    private final Counter undecodable;
    private final Counter unknownTenant;
    private final Counter tooLarge;
    private final Counter duplicate;
    private final Counter deliveries;
    private final Counter replayed;
    private final Counter chunks;
    private final Timer readIndexWaits;
    private final Counter readIndexGivenUp;
    private final Counter filtersUnreadable;
    private final Counter bodyFailures;
    private final Counter sqlFailures;

    RouterMetrics(MeterRegistry meters) {
        routed = events(meters, "routed");
        unmatched = events(meters, "unmatched");
        undecodable = events(meters, "undecodable");
        unknownTenant = events(meters, "unknown-tenant");
        tooLarge = events(meters, "too-large");
        duplicate = events(meters, "duplicate");
        deliveries = Counter.builder("fanfare.router.deliveries")
                .description("Deliveries made of events")
                .register(meters);
        replayed = Counter.builder("fanfare.router.replayed")
                .description("Deliveries made by replays of events")
                .register(meters);
        chunks = Counter.builder("fanfare.router.chunks")
                .description("Shares of events with very many deliveries, to be delivered by themselves")
                .register(meters);
        readIndexWaits = Timer.builder("fanfare.router.read.index")
                .description("How long polled batches waited for the subscriptions promised before them")
                .register(meters);
        readIndexGivenUp = Counter.builder("fanfare.router.read.index.given.up")
                .description("Batches routed with subscriptions that may have been out of date")
                .register(meters);
        filtersUnreadable = Counter.builder("fanfare.router.filters.unreadable")
                .description("Subscriptions read whose filters can't be read: nothing is routed to them")
                .register(meters);
        bodyFailures = filterFailures(meters, "body");
        sqlFailures = filterFailures(meters, "sql");
    }

    private static Counter filterFailures(MeterRegistry meters, String reason) {
        return Counter.builder("fanfare.router.filter.failures")
                .description(
                        "Filters that could not be decided on an event, and so did not match: events whose body is not"
                                + " the JSON a filter looks into, evaluations of SQL that ended in an error")
                .tag("reason", reason)
                .register(meters);
    }

    private static Counter events(MeterRegistry meters, String outcome) {
        return Counter.builder(EVENTS)
                .description("Events read, by what became of them")
                .tag("outcome", outcome)
                .register(meters);
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
    }

    void unknownTenant() {
        unknownTenant.increment();
    }

    void tooLarge() {
        tooLarge.increment();
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

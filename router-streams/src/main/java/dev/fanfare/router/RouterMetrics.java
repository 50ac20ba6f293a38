package dev.fanfare.router;

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
    private final Counter deliveries;
    private final Counter replayed;
    private final Timer readIndexWaits;
    private final Counter readIndexGivenUp;

    RouterMetrics(MeterRegistry meters) {
        routed = events(meters, "routed");
        unmatched = events(meters, "unmatched");
        undecodable = events(meters, "undecodable");
        unknownTenant = events(meters, "unknown-tenant");
        tooLarge = events(meters, "too-large");
        deliveries = Counter.builder("fanfare.router.deliveries")
                .description("Deliveries made of events")
                .register(meters);
        replayed = Counter.builder("fanfare.router.replayed")
                .description("Deliveries made by replays of events")
                .register(meters);
        readIndexWaits = Timer.builder("fanfare.router.read.index")
                .description("How long polled batches waited for the subscriptions promised before them")
                .register(meters);
        readIndexGivenUp = Counter.builder("fanfare.router.read.index.given.up")
                .description("Batches routed with subscriptions that may have been out of date")
                .register(meters);
    }

    private static Counter events(MeterRegistry meters, String outcome) {
        return Counter.builder(EVENTS)
                .description("Events read, by what became of them")
                .tag("outcome", outcome)
                .register(meters);
    }

    void routed(int matches) {
        routed.increment();
        deliveries.increment(matches);
    }

    void replayed(int made) {
        replayed.increment(made);
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

    void readIndexWaited(long nanos) {
        readIndexWaits.record(nanos, TimeUnit.NANOSECONDS);
    }

    void readIndexGivenUp() {
        readIndexGivenUp.increment();
    }
}

package dev.fanfare.router;

import dev.fanfare.runtime.metric.Definition;
import dev.fanfare.runtime.metric.Metric;
import java.time.Duration;

/** What the router measures. */
public enum RouterMetric implements Metric {
    /** Each event once, but for what is routed again after a crash. */
    EVENTS(Definition.counter("fanfare.router.events", "Events read, by what became of them")
            .tag("outcome", "routed, unmatched, undecodable, invalid, unknown-tenant, too-large, duplicate")),
    /** Where nothing fails, what {@code fanfare.attempts} should come to. */
    DELIVERIES(Definition.counter("fanfare.deliveries.routed", "Deliveries made")
            .tag("source", "event, replay (of a past event to a subscription)")),
    /** See {@code router.fanout-chunk}. */
    CHUNKS(Definition.counter(
            "fanfare.router.chunks", "Shares of events with very many deliveries, to be delivered by themselves")),
    /** The price of causality. */
    READ_INDEX(Definition.timer(
            "fanfare.router.read.index",
            "How long polled batches waited for the subscriptions promised before them",
            Duration.ofMillis(1),
            Duration.ofMillis(2),
            Duration.ofMillis(5),
            Duration.ofMillis(10),
            Duration.ofMillis(50),
            Duration.ofMillis(100),
            Duration.ofMillis(500),
            Duration.ofSeconds(1),
            Duration.ofSeconds(5))),
    /** Each is a batch in which a new subscription may have missed an event. */
    READ_INDEX_GIVEN_UP(Definition.counter(
            "fanfare.router.read.index.given.up", "Batches routed with subscriptions that may have been out of date")),
    /** Written by a newer control plane, or by somebody else. */
    FILTERS_UNREADABLE(Definition.counter(
            "fanfare.router.filters.unreadable",
            "Subscriptions read whose filters can't be read: nothing is routed to them")),
    /** Such a filter did not match. */
    FILTER_FAILURES(Definition.counter(
                    "fanfare.router.filter.failures",
                    "Filters that could not be decided on an event, and so did not match")
            .tag(
                    "reason",
                    "body (it is not the JSON that the filter looks into), sql (an evaluation ended in an error)")),
    /** All of them, in each router. */
    SUBSCRIPTIONS(Definition.gauge("fanfare.router.subscriptions", "Subscriptions that this router knows"));

    @SuppressWarnings("ImmutableEnumChecker") // a record, whose lists are copies
    private final Definition definition;

    RouterMetric(Definition definition) {
        this.definition = definition;
    }

    @Override
    public Definition definition() {
        return definition;
    }
}

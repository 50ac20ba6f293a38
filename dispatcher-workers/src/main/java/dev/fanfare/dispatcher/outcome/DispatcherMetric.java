package dev.fanfare.dispatcher.outcome;

import dev.fanfare.runtime.metric.Definition;
import dev.fanfare.runtime.metric.Metric;
import java.time.Duration;

/** What the dispatcher measures. */
public enum DispatcherMetric implements Metric {
    /** As many as there are records on {@code fanfare.attempts}. */
    ATTEMPTS(Definition.counter("fanfare.attempts", "Attempts, and deliveries that ended without one")
            .tag(
                    "verdict",
                    "delivered; retry (failed, will be tried again); ended: rejected, gone, exhausted, expired, forbidden;"
                            + " cancelled")
            .tag("status", "class of the answer: 1xx to 5xx; none where nothing was answered")),
    /** Name lookup and connecting included. */
    ATTEMPT_DURATION(Definition.timer(
            "fanfare.attempt.duration",
            "From the start of an attempt to its end",
            Duration.ofMillis(5),
            Duration.ofMillis(10),
            Duration.ofMillis(25),
            Duration.ofMillis(50),
            Duration.ofMillis(100),
            Duration.ofMillis(250),
            Duration.ofMillis(500),
            Duration.ofSeconds(1),
            Duration.ofMillis(2_500),
            Duration.ofSeconds(5),
            Duration.ofSeconds(10),
            Duration.ofSeconds(15),
            Duration.ofSeconds(30),
            Duration.ofMinutes(1))),
    /** The rate of deliveries. */
    DELIVERED(Definition.counter("fanfare.deliveries.delivered", "Deliveries that an endpoint took (2xx)")),
    /** What is replayed may be days old: that is no lateness. */
    LATENCY(Definition.timer(
            "fanfare.delivery.latency",
            "From the acceptance of an event to its delivery, retries included; replays are left out",
            Duration.ofMillis(10),
            Duration.ofMillis(25),
            Duration.ofMillis(50),
            Duration.ofMillis(100),
            Duration.ofMillis(250),
            Duration.ofMillis(500),
            Duration.ofSeconds(1),
            Duration.ofMillis(2_500),
            Duration.ofSeconds(5),
            Duration.ofSeconds(10),
            Duration.ofMinutes(1),
            Duration.ofMinutes(5),
            Duration.ofMinutes(15),
            Duration.ofHours(1),
            Duration.ofHours(6),
            Duration.ofHours(24))),
    /** How many retries it takes. A bound must be more than 0: the first holds those that needed none. */
    RETRIES(Definition.summary(
                    "fanfare.delivery.retries",
                    "Attempts after the first when a delivery ended, over all its replays; those that ended without any are"
                            + " left out, and the first bucket (0.5) holds those that needed no second",
                    0.5,
                    1,
                    2,
                    3,
                    4,
                    5,
                    8,
                    12,
                    20)
            .tag("ended", "delivered, dead")),
    /** Not attempts. */
    DEFERRALS(Definition.counter(
            "fanfare.deferrals", "Deliveries that went to a tier because they couldn't be sent now: no attempts")),
    /** Nor are these. */
    PARKED(Definition.counter("fanfare.parked", "Deliveries that were parked because their subscription is paused")),
    /** At most {@code dispatcher.max-in-flight}. */
    IN_FLIGHT(Definition.gauge("fanfare.in.flight", "Attempts under way")),
    /** What to scale by. */
    BACKLOG(Definition.gauge(
            "fanfare.backlog", "Deliveries that are due and have no outcome yet, in the partitions of this process")),
    /** Forgotten after a minute or two without a delivery. */
    LANES(Definition.gauge("fanfare.lanes", "Subscriptions with a lane: something was lately sent to them")),
    /** At most {@code dispatcher.max-queued}. */
    HELD(Definition.gauge("fanfare.lanes.held", "Deliveries in memory: queued and under way")),
    /** At most {@code dispatcher.max-queued-per-subscription}. */
    LANE_DEPTH(Definition.gauge("fanfare.lane.depth.max", "Deliveries queued in the deepest lane")),
    /** Their deliveries go to tiers. */
    BREAKERS_OPEN(Definition.gauge(
            "fanfare.breakers.open", "Subscriptions whose endpoint is left alone for a while after failures in a row")),
    /** About the commit interval where all is well. */
    UNCOMMITTED(Definition.seconds(
            "fanfare.uncommitted", "Age of the oldest outcome that is not committed; 0 where there is none")),
    /** Idle ones included. */
    CONNECTIONS(Definition.gauge("fanfare.http.connections", "Connections to endpoints that are open")),
    /** Its rate, compared with that of attempts, says whether connections are kept alive. */
    CONNECTIONS_OPENED(
            Definition.counter("fanfare.http.connections.opened", "Connections to endpoints that were made")),
    /** Begins at nothing whenever the subscription comes among them. */
    SUBSCRIPTION_ATTEMPTS(Definition.counter(
                    "fanfare.subscription.attempts", "Attempts for the busiest subscriptions of this process")
            .tag("subscription", "tenant/id")
            .tag("result", "delivered, failed")
            .only("dispatcher.subscription-metrics is above 0")),
    /** Of the same. */
    SUBSCRIPTION_QUEUED(Definition.gauge(
                    "fanfare.subscription.queued", "Deliveries queued for the busiest subscriptions of this process")
            .tag("subscription", "tenant/id")
            .only("dispatcher.subscription-metrics is above 0"));

    @SuppressWarnings("ImmutableEnumChecker") // a record, whose lists are copies
    private final Definition definition;

    DispatcherMetric(Definition definition) {
        this.definition = definition;
    }

    @Override
    public Definition definition() {
        return definition;
    }
}

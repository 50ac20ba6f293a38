package dev.fanfare.ingest;

import dev.fanfare.runtime.metric.Definition;
import dev.fanfare.runtime.metric.Metric;
import java.time.Duration;

/** What ingest measures. */
public enum IngestMetric implements Metric {
    /** Once they are safe. */
    EVENTS_ACCEPTED(
            Definition.counter("fanfare.events.accepted", "Events that were acknowledged by Kafka and answered 202")),
    /** One for each request, whatever it held. */
    EVENTS_REJECTED(Definition.counter("fanfare.events.rejected", "Requests whose events were not taken")
            .tag("reason", Rejection.ALL)),
    /** Of those that were accepted: the others end at once. */
    REQUEST_DURATION(Definition.timer(
            "fanfare.ingest.request.duration",
            "From the head of a request to its 202",
            Duration.ofMillis(2),
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
            Duration.ofSeconds(10))),
    /** Their events are on the way to Kafka. */
    IN_FLIGHT(Definition.gauge("fanfare.ingest.in.flight", "Requests whose events are read and not answered yet"));

    @SuppressWarnings("ImmutableEnumChecker") // a record, whose lists are copies
    private final Definition definition;

    IngestMetric(Definition definition) {
        this.definition = definition;
    }

    @Override
    public Definition definition() {
        return definition;
    }
}

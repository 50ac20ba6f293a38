package dev.fanfare.runtime.metric;

/** What every process measures, whatever its roles. */
public enum ProcessMetric implements Metric {
    /** Always 1. */
    BUILD_INFO(
            Definition.gauge("fanfare.build.info", "1; its tag says what runs").tag("version", "of Fanfare")),
    /** As {@code /health/ready} has it. */
    READY(Definition.gauge("fanfare.ready", "1 while a role does its work, 0 while it can't; /health/ready says why")
            .tag("role", "ingest, router, dispatcher, retry, control")),
    /** From the process's own question, once a second. */
    KAFKA_SILENCE(Definition.seconds(
            "fanfare.kafka.silence",
            "How long ago Kafka last answered this process, which asks every second: two are nothing to worry about")),
    /** Counted by whoever makes it. */
    DEAD_LETTERS(
            Definition.counter("fanfare.dead.letters", "Deliveries, and unreadable events, that became dead letters")
                    .tag("reason", "gone, rejected, exhausted, expired, forbidden, undecodable, invalid, too-large")),
    /** As the consumer knows it, without asking anybody. */
    CONSUMER_LAG(Definition.gauge(
                    "fanfare.consumer.lag",
                    "Records that this process has yet to read, in its partitions: transactions' markers count, so it may"
                            + " stand above zero for a moment with nothing to do")
            .tag("topic", "fanfare.events and the topics of tenants (router), fanfare.deliveries (dispatcher)"));

    @SuppressWarnings("ImmutableEnumChecker") // a record, whose lists are copies
    private final Definition definition;

    ProcessMetric(Definition definition) {
        this.definition = definition;
    }

    @Override
    public Definition definition() {
        return definition;
    }
}

package dev.fanfare.router;

import dev.fanfare.contract.topic.Topics;
import java.time.Clock;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.AutoOffsetReset;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.TimestampExtractor;

/**
 * The way of an event through the router.
 *
 * <pre>
 * fanfare.events ─▶ events ─▶ match ─┬─▶ deliveries ───▶ fanfare.deliveries
 *                               ▲    ├─▶ fanout ───────▶ fanfare.fanout ─▶ FanoutTopology
 *                               ▼    └─▶ dead-letters ─▶ fanfare.dead-letters
 *                              seen ◀─▶ fanfare-router-seen-changelog
 * </pre>
 *
 * Keys, values and headers are bytes throughout. Subscriptions are no store of it: they come from the table that the
 * {@link ReadIndex} watches. A record goes to the partition of its key, as with any producer.
 *
 * <p>No setting changes it, for brokers refuse a streams group that changes; see {@link SeenEventsStore}.
 */
final class RouterTopology {
    static final String EVENTS = "events";
    static final String MATCH = "match";
    static final String FANOUT = "fanout";
    static final String DELIVERIES = "deliveries";
    static final String DEAD_LETTERS = "dead-letters";

    private RouterTopology() {}

    static Topology of(EventRouter.Shared shared, Clock clock) {
        ByteArrayDeserializer read = new ByteArrayDeserializer();
        ByteArraySerializer write = new ByteArraySerializer();
        return new Topology()
                .addSource(AutoOffsetReset.earliest(), EVENTS, acceptedAt(clock), read, read, Topics.EVENTS)
                .addProcessor(MATCH, () -> new EventRouter(shared), EVENTS)
                .addStateStore(new SeenEventsStore(shared.window()), MATCH)
                .addSink(DELIVERIES, Topics.DELIVERIES, write, write, MATCH)
                .addSink(FANOUT, Topics.FANOUT, write, write, MATCH)
                .addSink(DEAD_LETTERS, Topics.DEAD_LETTERS, write, write, MATCH);
    }

    /** The broker's append time. A topic set to the producer's time may hold records without any: those are of now. */
    private static TimestampExtractor acceptedAt(Clock clock) {
        return (message, partitionTime) -> message.timestamp() >= 0 ? message.timestamp() : clock.millis();
    }
}

package dev.fanfare.router.replay;

import dev.fanfare.contract.event.Event;
import dev.fanfare.router.matching.Candidate;
import dev.fanfare.router.matching.SubscriptionIndex;
import dev.fanfare.router.matching.SubscriptionMatcher;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/** What a replay shares with the routing of new events, so that it makes the same deliveries. Safe from any thread. */
public interface Routing {
    /** Waits until all subscriptions are known that were acknowledged before now; false where that takes too long. */
    boolean catchUp();

    /** A subscription by its key, as it is now; null where there is none. */
    @Nullable Candidate find(String key);

    /** A matcher for one thread. */
    SubscriptionMatcher matcher(SubscriptionIndex index);

    /** Whose an event is that names no tenant. */
    String defaultTenant();

    /** Whether an event is as its tenant's event types say, or was checked before it was produced. */
    boolean isValid(String tenant, Event event, ConsumerRecord<byte[], byte[]> message);

    /** The delivery of an event; null where it is too large for a record. */
    @Nullable ProducerRecord<byte[], byte[]> delivery(
            String tenant, Event event, ConsumerRecord<byte[], byte[]> message, Candidate candidate);

    /** So many deliveries were made by a replay. */
    void replayed(int deliveries);
}

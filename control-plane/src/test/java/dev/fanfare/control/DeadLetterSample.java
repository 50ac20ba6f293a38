package dev.fanfare.control;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.fanfare.contract.delivery.DeadLetterRecords;
import dev.fanfare.contract.delivery.Delivery;
import dev.fanfare.contract.delivery.DeliveryRecords;
import dev.fanfare.contract.delivery.Progress;
import dev.fanfare.contract.delivery.SubscriptionVersion;
import dev.fanfare.contract.delivery.Verdict;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.testkit.TestBroker;
import java.time.Instant;
import java.util.UUID;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Dead letters as a dispatcher writes them. */
final class DeadLetterSample {
    private DeadLetterSample() {}

    /** Exhausted just now, by a 503, and an {@code order.created}. */
    static void send(TestBroker broker, String id, String tenant, String subscription) {
        send(broker, id, tenant, subscription, "order.created", Verdict.EXHAUSTED, 503, Instant.now());
    }

    static void send(
            TestBroker broker,
            String id,
            String tenant,
            String subscription,
            String eventType,
            Verdict reason,
            int status,
            Instant diedAt) {
        ProducerRecord<byte[], byte[]> letter = new ProducerRecord<>(
                Topics.DEAD_LETTERS, null, diedAt.toEpochMilli(), id.getBytes(UTF_8), "{}".getBytes(UTF_8));
        letter.headers().add("ce_id", "e-1".getBytes(UTF_8)).add("ce_type", eventType.getBytes(UTF_8));
        DeliveryRecords.writeHeaders(
                new Delivery(
                        id,
                        tenant,
                        subscription,
                        new UUID(1, 2),
                        new SubscriptionVersion("topic", 7),
                        "e-1",
                        eventType,
                        1_700_000_000_000L,
                        new Progress(2, 3, 0, 1_700_000_000_000L, 1_700_000_000_500L, 1_700_000_009_000L)),
                letter.headers());
        DeadLetterRecords.mark(letter.headers(), reason, status, "answered " + status, Topics.DELIVERIES, 0, 1);
        broker.send(letter);
    }
}

package dev.fanfare.retry.dead;

import dev.fanfare.contract.RecordHeaders;
import dev.fanfare.contract.delivery.DeadLetterRecords;
import dev.fanfare.contract.delivery.Delivery;
import dev.fanfare.contract.delivery.DeliveryRecords;
import dev.fanfare.contract.delivery.Progress;
import dev.fanfare.contract.delivery.SubscriptionVersion;
import dev.fanfare.contract.delivery.Verdict;
import dev.fanfare.contract.run.Actor;
import dev.fanfare.contract.run.Run;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.retry.run.Pace;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Dead letters as a dispatcher writes them. */
final class Letters {
    static final Progress SPENT = new Progress(4, 4, 2, 1_000, 1_000, 9_000);

    private Letters() {}

    static ProducerRecord<byte[], byte[]> letter(String id, String tenant, String subscription, Verdict reason) {
        ProducerRecord<byte[], byte[]> letter =
                new ProducerRecord<>(Topics.DEAD_LETTERS, null, bytes(id), bytes("body of " + id));
        RecordHeaders.put(letter.headers(), "ce_id", "event-of-" + id);
        RecordHeaders.put(letter.headers(), "ce_type", "order.created");
        RecordHeaders.put(letter.headers(), "content-type", "text/plain");
        DeliveryRecords.writeHeaders(
                new Delivery(
                        id,
                        tenant,
                        subscription,
                        new UUID(1, 2),
                        new SubscriptionVersion("topic", 7),
                        "event-of-" + id,
                        "order.created",
                        500,
                        SPENT),
                letter.headers());
        DeadLetterRecords.mark(
                letter.headers(), reason, 503, "answered 503 Service Unavailable", Topics.DELIVERIES, 1, 42);
        return letter;
    }

    static ProducerRecord<byte[], byte[]> undecodable(String id, String body, String originTopic, int partition) {
        ProducerRecord<byte[], byte[]> letter = new ProducerRecord<>(Topics.DEAD_LETTERS, null, bytes(id), bytes(body));
        letter.headers().add("odd", new byte[] {0, 1});
        DeadLetterRecords.mark(
                letter.headers(), Verdict.UNDECODABLE, null, "header 'ce_type' is missing", originTopic, partition, 9);
        return letter;
    }

    static ProducerRecord<byte[], byte[]> tombstone(String id) {
        return new ProducerRecord<>(Topics.DEAD_LETTERS, null, bytes(id), null);
    }

    static Run run(Map<String, Long> frozenEnds) {
        return new Run(
                "run-1",
                Run.DLQ_REPLAY,
                Run.State.RUNNING,
                new Actor(null, "tester", null),
                1,
                1,
                Map.of(),
                Map.of(),
                frozenEnds,
                null,
                null);
    }

    static RunOrder order(DeadLetterFilter filter) {
        return new RunOrder(run(Map.of()), filter, Pace.unlimited(), Clock.systemUTC());
    }

    static RunOrder order(Run run) {
        return new RunOrder(run, DeadLetterFilter.ALL, Pace.unlimited(), Clock.systemUTC());
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}

package dev.fanfare.retry.relay;

import dev.fanfare.contract.RecordHeaders;
import dev.fanfare.contract.delivery.DeadLetterRecords;
import dev.fanfare.contract.delivery.DeliveryId;
import dev.fanfare.contract.delivery.DeliveryRecords;
import dev.fanfare.contract.delivery.Verdict;
import dev.fanfare.contract.topic.Tier;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.retry.plan.TierChoice;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;

/** What a record becomes when it leaves a tier. Key and value go along as they are; so do headers that aren't ours. */
sealed interface Onward {
    /** What to append. */
    ProducerRecord<byte[], byte[]> message();

    /** It is due: back to the deliveries, without the header that made it wait. */
    record Due(ProducerRecord<byte[], byte[]> message) implements Onward {}

    /** It isn't due yet: on to the next tier, with what is left to wait. */
    record Hop(ProducerRecord<byte[], byte[]> message) implements Onward {}

    /** It can't be read: a dead letter, with its bytes and where it came from. */
    record Dead(ProducerRecord<byte[], byte[]> message) implements Onward {}

    /**
     * Decides.
     *
     * @param ascending all tiers that may be written to, shortest first
     * @param nowMillis the earliest that the broker's clock can show: what is left is at least what is really left
     */
    static Onward of(Waiting waiting, List<Tier> ascending, long nowMillis) {
        ConsumerRecord<byte[], byte[]> from = waiting.message();
        String fault = waiting.fault();
        if (fault != null) {
            String id = DeliveryId.ofOrigin(from.topic(), from.partition(), from.offset());
            ProducerRecord<byte[], byte[]> dead = new ProducerRecord<>(
                    Topics.DEAD_LETTERS,
                    null,
                    null,
                    id.getBytes(StandardCharsets.UTF_8),
                    DeadLetterRecords.value(from.value()),
                    from.headers());
            DeadLetterRecords.mark(
                    dead.headers(), Verdict.UNDECODABLE, null, fault, from.topic(), from.partition(), from.offset());
            return new Dead(dead);
        }
        long remainingMillis = waiting.stay().dueAtMillis() - nowMillis;
        if (remainingMillis <= 0) {
            ProducerRecord<byte[], byte[]> due = copy(from, Topics.DELIVERIES);
            due.headers().remove(DeliveryRecords.DELAY_MS);
            return new Due(due);
        }
        Tier next = TierChoice.of(ascending, Duration.ofMillis(remainingMillis));
        ProducerRecord<byte[], byte[]> hop = copy(from, next.topic());
        RecordHeaders.put(hop.headers(), DeliveryRecords.DELAY_MS, remainingMillis);
        return new Hop(hop);
    }

    /** The copy has headers of its own, so that an aborted transaction leaves the original as it was. */
    private static ProducerRecord<byte[], byte[]> copy(ConsumerRecord<byte[], byte[]> from, String topic) {
        return new ProducerRecord<>(topic, from.partition(), null, from.key(), from.value(), from.headers());
    }
}

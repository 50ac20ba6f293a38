package dev.fanfare.retry.relay;

import dev.fanfare.contract.RecordHeaders;
import dev.fanfare.contract.UndecodableRecord;
import dev.fanfare.contract.delivery.DeliveryRecords;
import java.time.Duration;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * A record of a tier, in hand until it leaves.
 *
 * @param fault why it can't be read; null where it can. What can't be read doesn't wait
 */
record Waiting(
        ConsumerRecord<byte[], byte[]> message,
        Stay stay,
        @Nullable String fault) {
    /** Far more than any schedule has; a number beyond is a fault, and would overflow when added up. */
    private static final long LONGEST_DELAY_MILLIS = Duration.ofDays(366).toMillis();

    /** Reads how long it has to wait; a fault is kept, not thrown. */
    static Waiting of(ConsumerRecord<byte[], byte[]> message, Duration tierDelay) {
        try {
            RecordHeaders.required(message.headers(), DeliveryRecords.DELAY_MS);
            long delayMillis = RecordHeaders.number(message.headers(), DeliveryRecords.DELAY_MS, 0);
            if (delayMillis < 0 || delayMillis > LONGEST_DELAY_MILLIS) {
                throw new UndecodableRecord("header '" + DeliveryRecords.DELAY_MS + "' holds " + delayMillis
                        + ", which is out of range: 0 to " + LONGEST_DELAY_MILLIS);
            }
            return new Waiting(message, new Stay(message.timestamp(), delayMillis, tierDelay.toMillis()), null);
        } catch (UndecodableRecord e) {
            return new Waiting(message, new Stay(message.timestamp(), 0, 0), e.getMessage());
        }
    }

    TopicPartition partition() {
        return new TopicPartition(message.topic(), message.partition());
    }
}

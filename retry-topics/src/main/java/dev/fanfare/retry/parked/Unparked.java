package dev.fanfare.retry.parked;

import dev.fanfare.contract.RecordHeaders;
import dev.fanfare.contract.UndecodableRecord;
import dev.fanfare.contract.delivery.DeadLetterRecords;
import dev.fanfare.contract.delivery.DeliveryRecords;
import dev.fanfare.contract.delivery.Progress;
import dev.fanfare.contract.delivery.SubscriptionVersion;
import dev.fanfare.contract.topic.Topics;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * What a parked delivery becomes when it is sent back: the delivery that it was, without its marks, with a fresh
 * schedule and age. So a pause of days expires nothing. It carries the subscription's present version: a dispatcher that
 * has yet to hear of the resume waits for it, rather than park the delivery again.
 */
final class Unparked {
    private Unparked() {}

    /** Changes the record's headers. */
    static ProducerRecord<byte[], byte[]> of(
            ConsumerRecord<byte[], byte[]> parked, Owner owner, @Nullable SubscriptionVersion version) {
        Headers headers = parked.headers();
        DeadLetterRecords.unmark(headers);
        byte[] key = null;
        if (!owner.equals(Owner.NOBODY)) {
            key = owner.key().getBytes(StandardCharsets.UTF_8);
            DeliveryRecords.writeProgress(progress(headers).restarted(), headers);
            if (version != null) {
                RecordHeaders.put(headers, DeliveryRecords.SUBSCRIPTION_VERSION, version.text());
            }
        }
        return new ProducerRecord<>(Topics.DELIVERIES, null, null, key, parked.value(), headers);
    }

    private static Progress progress(Headers headers) {
        try {
            return DeliveryRecords.readProgress(headers);
        } catch (UndecodableRecord e) {
            throw new IllegalStateException("an owner was read from the same headers", e);
        }
    }
}

package dev.fanfare.retry.dead;

import dev.fanfare.contract.RecordHeaders;
import dev.fanfare.contract.UndecodableRecord;
import dev.fanfare.contract.delivery.DeadLetterRecords;
import dev.fanfare.contract.delivery.Delivery;
import dev.fanfare.contract.delivery.DeliveryRecords;
import dev.fanfare.contract.delivery.Progress;
import dev.fanfare.contract.delivery.Verdict;
import dev.fanfare.contract.event.Event;
import dev.fanfare.contract.event.EventRecords;
import dev.fanfare.contract.topic.Topics;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * What a dead letter becomes when it is replayed: the record that it was, without the marks of its death.
 *
 * <pre>
 * undecodable, invalid or too large:
 *   an event                       ─▶ fanfare.events      the partition it came from (its key is not kept)
 *   an event of a tenant's topic   ─▶ that topic          any partition; it is held to the topic's tenant again
 *   a share of a very large event  ─▶ fanfare.fanout      the partition it came from
 * everything else                  ─▶ fanfare.deliveries  its subscription's partition
 * </pre>
 */
final class Replayed {
    private static final Set<String> BEFORE_DELIVERIES = Set.of(Topics.EVENTS, Topics.FANOUT);

    /** The reasons of what never became a delivery, or may not have. */
    private static final Set<String> UNREAD =
            Set.of(Verdict.UNDECODABLE.text(), Verdict.INVALID.text(), Verdict.TOO_LARGE.text());

    private Replayed() {}

    static ProducerRecord<byte[], byte[]> of(
            ConsumerRecord<byte[], byte[]> letter, String runId, int eventPartitions, int deliveryPartitions) {
        Headers marks = letter.headers();
        Origin origin = Origin.parse(RecordHeaders.text(marks, DeliveryRecords.ORIGIN));
        String reason = String.valueOf(RecordHeaders.text(marks, DeliveryRecords.REASON));
        boolean unread = UNREAD.contains(reason);
        byte[] key = deliveryKey(marks);
        ProducerRecord<byte[], byte[]> replayed;
        if (unread && origin != null && BEFORE_DELIVERIES.contains(origin.topic())) {
            // both have the same partitions
            replayed = record(letter, origin.topic(), origin.within(eventPartitions), null);
        } else if (unread && origin != null && !Topics.isOurs(origin.topic())) {
            replayed = record(letter, origin.topic(), null, null);
        } else if (key != null || origin == null) {
            replayed = record(letter, Topics.DELIVERIES, null, key);
        } else {
            // Deliveries and tiers have the same partitions.
            replayed = record(letter, Topics.DELIVERIES, origin.within(deliveryPartitions), null);
        }
        DeadLetterRecords.unmark(replayed.headers());
        RecordHeaders.put(replayed.headers(), DeliveryRecords.RUN, runId);
        if (reason.equals(Verdict.EXHAUSTED.text()) || reason.equals(Verdict.EXPIRED.text())) {
            DeliveryRecords.writeProgress(progress(marks).restarted(), replayed.headers());
        }
        return replayed;
    }

    /** Whether what is sent there is an event, which is yet to be routed. */
    static boolean isOfEvents(String topic) {
        return topic.equals(Topics.EVENTS) || !Topics.isOurs(topic);
    }

    private static ProducerRecord<byte[], byte[]> record(
            ConsumerRecord<byte[], byte[]> letter, String topic, @Nullable Integer partition, byte @Nullable [] key) {
        return new ProducerRecord<>(topic, partition, null, key, letter.value(), letter.headers());
    }

    private static byte @Nullable [] deliveryKey(Headers headers) {
        String tenant = RecordHeaders.text(headers, EventRecords.ATTRIBUTE_PREFIX + Event.TENANT);
        String subscription = RecordHeaders.text(headers, DeliveryRecords.SUBSCRIPTION);
        return tenant == null || subscription == null
                ? null
                : Delivery.key(tenant, subscription).getBytes(StandardCharsets.UTF_8);
    }

    /** A count that can't be read starts again from nothing, rather than keep the delivery dead. */
    private static Progress progress(Headers headers) {
        try {
            return DeliveryRecords.readProgress(headers);
        } catch (UndecodableRecord e) {
            return Progress.NONE;
        }
    }

    private record Origin(String topic, int partition) {
        static @Nullable Origin parse(@Nullable String text) {
            if (text == null) {
                return null;
            }
            String[] parts = text.split("/", -1);
            try {
                return parts.length == 3 ? new Origin(parts[0], Integer.parseInt(parts[1])) : null;
            } catch (NumberFormatException e) {
                return null;
            }
        }

        /** Null, for any partition, where the topic has no such partition (any more). */
        @Nullable Integer within(int partitions) {
            return partition >= 0 && partition < partitions ? partition : null;
        }
    }
}

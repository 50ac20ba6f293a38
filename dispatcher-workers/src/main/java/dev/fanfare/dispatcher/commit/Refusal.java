package dev.fanfare.dispatcher.commit;

import dev.fanfare.contract.topic.TopicLayout;
import dev.fanfare.dispatcher.outcome.Outcome;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * A record that Kafka refused for its size.
 *
 * @param outcome  that it belongs to
 * @param topic    that refused it
 * @param tooLarge whether no topic takes as much; else somebody has narrowed that one, and may widen it
 */
record Refusal(Outcome outcome, String topic, boolean tooLarge) {
    /** What Kafka adds to a record, at most: its batch, and the lengths of its parts. */
    private static final int ENVELOPE_BYTES = 1_024;

    static Refusal of(ProducerRecord<byte[], byte[]> record, Outcome outcome) {
        return new Refusal(outcome, record.topic(), bytes(record) > TopicLayout.MAX_RECORD_BYTES - ENVELOPE_BYTES);
    }

    private static long bytes(ProducerRecord<byte[], byte[]> record) {
        long bytes = length(record.key()) + length(record.value());
        for (Header header : record.headers()) {
            bytes += header.key().length() + length(header.value());
        }
        return bytes;
    }

    private static long length(byte @Nullable [] bytes) {
        return bytes == null ? 0 : bytes.length;
    }
}

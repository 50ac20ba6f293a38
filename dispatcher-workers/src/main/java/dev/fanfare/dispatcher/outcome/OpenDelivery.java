package dev.fanfare.dispatcher.outcome;

import dev.fanfare.contract.delivery.Delivery;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * A delivery between {@code OffsetLedger.open} and {@code OffsetLedger.complete}.
 *
 * @param record as it was read: its key, value and headers go on untouched
 * @param epoch  of the ledger in which its offset is open
 * @param key    the delivery's, put together once
 */
public record OpenDelivery(ConsumerRecord<byte[], byte[]> record, Delivery delivery, long epoch, String key) {
    /** Beside the body: headers, objects and queue entries, roughly. */
    private static final int OVERHEAD_BYTES = 1_024;

    /** With the delivery's key. */
    public OpenDelivery(ConsumerRecord<byte[], byte[]> record, Delivery delivery, long epoch) {
        this(record, delivery, epoch, delivery.key());
    }

    /** What it takes in memory, roughly. */
    public int bytes() {
        return OVERHEAD_BYTES + Math.max(0, record.serializedValueSize()) + Math.max(0, record.serializedKeySize());
    }
}

package dev.fanfare.retry.parked;

import dev.fanfare.contract.UndecodableRecord;
import dev.fanfare.contract.delivery.Delivery;
import dev.fanfare.contract.delivery.DeliveryRecords;
import java.util.UUID;
import org.apache.kafka.common.header.Headers;

/**
 * Whose delivery it is.
 *
 * @param key        of the subscription: {@code tenant/subscriptionId}
 * @param generation which creation of it
 */
record Owner(String key, UUID generation) {
    /** Of what can't be read. It is sent back at once: the dispatcher makes a dead letter of it. */
    static final Owner NOBODY = new Owner("", new UUID(0, 0));

    static Owner of(Headers headers) {
        try {
            Delivery delivery = DeliveryRecords.read(headers);
            return new Owner(delivery.key(), delivery.generation());
        } catch (UndecodableRecord e) {
            return NOBODY;
        }
    }
}

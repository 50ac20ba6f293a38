package dev.fanfare.contract.delivery;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One event for one subscription: what the pipeline knows of it besides the body.
 *
 * @param id                  sent as {@code webhook-id}; see {@link DeliveryId}
 * @param generation          which creation of the subscription it is for
 * @param version             which state of the subscription it was routed with
 * @param acceptedAtMillis    when the broker appended the event (Unix milliseconds)
 * @param run                 the replay that sent it; null for none
 */
public record Delivery(
        String id,
        String tenant,
        String subscriptionId,
        UUID generation,
        SubscriptionVersion version,
        String eventId,
        String eventType,
        long acceptedAtMillis,
        Progress progress,
        @Nullable String run) {

    /** One that no run has sent. */
    public Delivery(
            String id,
            String tenant,
            String subscriptionId,
            UUID generation,
            SubscriptionVersion version,
            String eventId,
            String eventType,
            long acceptedAtMillis,
            Progress progress) {
        this(id, tenant, subscriptionId, generation, version, eventId, eventType, acceptedAtMillis, progress, null);
    }

    /** The record key: what is handled by one worker together. */
    public String key() {
        return key(tenant, subscriptionId);
    }

    /** The record key of a subscription and of all its deliveries. */
    public static String key(String tenant, String subscriptionId) {
        return tenant + "/" + subscriptionId;
    }
}

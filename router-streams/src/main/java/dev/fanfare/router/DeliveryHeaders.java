package dev.fanfare.router;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.fanfare.contract.delivery.DeliveryIds;
import dev.fanfare.contract.delivery.DeliveryRecords;
import dev.fanfare.contract.event.Event;
import dev.fanfare.contract.event.EventRecords;
import dev.fanfare.router.matching.Candidate;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.utils.Utils;

/**
 * The headers of one event's deliveries: what they share is made once, and each delivery adds its own four. They read
 * back as {@link DeliveryRecords#read}; a test holds the two together.
 */
final class DeliveryHeaders {
    private static final int OWN = 4;

    private final DeliveryIds ids;
    private final byte[] versionPrefix;
    /** Where a subscription's id begins in its key. */
    private final int idFrom;

    private final long acceptedAtMillis;
    private final Header[] shared;

    /**
     * What an event's deliveries share.
     *
     * @param ids                 set to this event, and left at it as long as this is used
     * @param original            the event record's headers, of which only the trace context is taken: the attributes
     *                            come from the event, so that each stands there once, and foreign headers don't
     * @param subscriptionTopicId Kafka's id of the topic that candidates' versions are offsets of
     */
    DeliveryHeaders(
            DeliveryIds ids,
            String tenant,
            Event event,
            Headers original,
            String subscriptionTopicId,
            long acceptedAtMillis) {
        this.ids = ids.of(tenant, event.source(), event.id());
        this.versionPrefix = (subscriptionTopicId + ':').getBytes(UTF_8);
        this.idFrom = Utils.utf8Length(tenant) + 1;
        this.acceptedAtMillis = acceptedAtMillis;
        RecordHeaders headers = new RecordHeaders();
        EventRecords.writeHeaders(event, headers);
        pass(EventRecords.TRACEPARENT, original, headers);
        pass(EventRecords.TRACESTATE, original, headers);
        headers.add(DeliveryRecords.ACCEPTED_AT, Long.toString(acceptedAtMillis).getBytes(UTF_8));
        this.shared = headers.toArray();
    }

    /** The headers of the delivery to one subscription. */
    Headers of(Candidate candidate) {
        UUID generation = candidate.subscription().generation();
        byte[] key = candidate.key();
        Header[] all = Arrays.copyOf(shared, shared.length + OWN);
        int at = shared.length;
        all[at] = new RecordHeader(DeliveryRecords.DELIVERY_ID, ids.of(key, idFrom, generation));
        all[at + 1] = new RecordHeader(DeliveryRecords.SUBSCRIPTION, Arrays.copyOfRange(key, idFrom, key.length));
        all[at + 2] = new RecordHeader(DeliveryRecords.GENERATION, Digits.ofUuid(generation));
        all[at + 3] = new RecordHeader(
                DeliveryRecords.SUBSCRIPTION_VERSION, Digits.after(versionPrefix, candidate.versionOffset()));
        return new RecordHeaders(all);
    }

    /** What stands for the event among all events. */
    byte[] eventHash() {
        return ids.ofEvent();
    }

    long acceptedAtMillis() {
        return acceptedAtMillis;
    }

    /** What all of them hold. */
    List<Header> shared() {
        return List.of(shared);
    }

    private static void pass(String name, Headers from, Headers to) {
        Header header = from.lastHeader(name);
        if (header != null) {
            to.add(header);
        }
    }
}

package dev.fanfare.router;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.fanfare.contract.delivery.DeliveryId;
import dev.fanfare.contract.delivery.DeliveryRecords;
import dev.fanfare.contract.event.Event;
import dev.fanfare.contract.event.EventRecords;
import dev.fanfare.router.matching.Candidate;
import dev.fanfare.router.matching.RoutedSubscription;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * The headers of one event's deliveries: what they share is made once, and each delivery adds its own four. They read
 * back as {@link DeliveryRecords#read}; a test holds the two together.
 */
final class DeliveryHeaders {
    private static final int OWN = 4;

    private final String tenant;
    private final Event event;
    private final String versionPrefix;
    private final Header[] shared;

    /**
     * What an event's deliveries share.
     *
     * @param original            the event record's headers, of which only the trace context is taken: the attributes
     *                            come from the event, so that each stands there once, and foreign headers don't
     * @param subscriptionTopicId Kafka's id of the topic that candidates' versions are offsets of
     */
    DeliveryHeaders(String tenant, Event event, Headers original, String subscriptionTopicId, long acceptedAtMillis) {
        this.tenant = tenant;
        this.event = event;
        this.versionPrefix = subscriptionTopicId + ':';
        RecordHeaders headers = new RecordHeaders();
        EventRecords.writeHeaders(event, headers);
        pass(EventRecords.TRACEPARENT, original, headers);
        pass(EventRecords.TRACESTATE, original, headers);
        headers.add(DeliveryRecords.ACCEPTED_AT, Long.toString(acceptedAtMillis).getBytes(UTF_8));
        this.shared = headers.toArray();
    }

    /** The headers of the delivery to one subscription. */
    Headers of(Candidate candidate) {
        RoutedSubscription subscription = candidate.subscription();
        String id = DeliveryId.of(tenant, event.source(), event.id(), subscription.id(), subscription.generation());
        Header[] all = Arrays.copyOf(shared, shared.length + OWN);
        all[shared.length] = header(DeliveryRecords.DELIVERY_ID, id);
        all[shared.length + 1] = header(DeliveryRecords.SUBSCRIPTION, subscription.id());
        all[shared.length + 2] =
                header(DeliveryRecords.GENERATION, subscription.generation().toString());
        all[shared.length + 3] =
                header(DeliveryRecords.SUBSCRIPTION_VERSION, versionPrefix + candidate.versionOffset());
        return new RecordHeaders(all);
    }

    /** What all of them hold. */
    List<Header> shared() {
        return List.of(shared);
    }

    private static Header header(String name, String value) {
        return new RecordHeader(name, value.getBytes(UTF_8));
    }

    private static void pass(String name, Headers from, Headers to) {
        Header header = from.lastHeader(name);
        if (header != null) {
            to.add(header);
        }
    }
}

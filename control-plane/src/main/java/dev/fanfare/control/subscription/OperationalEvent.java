package dev.fanfare.control.subscription;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fanfare.contract.Json;
import dev.fanfare.contract.event.Event;
import dev.fanfare.contract.event.EventRecords;
import dev.fanfare.contract.subscription.Subscription;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.control.http.JsonBody;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * What Fanfare has to say about its own work, as an ordinary event of the tenant that it concerns: routed, signed, sent
 * and tried again like any other. Its id says what it is about, so that the same news written twice is one event.
 */
final class OperationalEvent {
    /** All of their types begin so. */
    static final String PREFIX = "fanfare.";

    private static final String DISABLED = "fanfare.subscription.disabled";
    private static final String EXHAUSTED = "fanfare.delivery.exhausted";
    private static final String SOURCE = "/fanfare/control";

    private OperationalEvent() {}

    /**
     * Whether a subscription asks for them by name: all of a tenant's events ({@code *}) is no wish for ours, and without
     * anybody who asks none are written.
     */
    static boolean isAskedForBy(Subscription subscription) {
        return subscription.eventTypes().stream().anyMatch(type -> type.startsWith(PREFIX));
    }

    /** A subscription was disabled, as its present state says. */
    static ProducerRecord<byte[], byte[]> disabled(Subscription subscription) {
        String at = Instant.ofEpochMilli(subscription.updatedAtMillis()).toString();
        ObjectNode data = Json.TOPIC
                .createObjectNode()
                .put("subscription", subscription.id())
                .put("url", subscription.url().toString())
                .put("reason", subscription.stateReason())
                .put("disabledAt", at);
        String id = "disabled-" + subscription.generation() + "-" + subscription.updatedAtMillis();
        return record(subscription.tenant(), subscription.id(), id, DISABLED, at, data);
    }

    /**
     * Deliveries to a subscription were given up.
     *
     * @param data all that is to be said, but for the subscription and the time
     */
    static ProducerRecord<byte[], byte[]> exhausted(
            String tenant, String subscription, long sinceMillis, long untilMillis, ObjectNode data) {
        String until = Instant.ofEpochMilli(untilMillis).toString();
        ObjectNode all = Json.TOPIC
                .createObjectNode()
                .put("subscription", subscription)
                .put("since", Instant.ofEpochMilli(sinceMillis).toString())
                .put("until", until);
        all.setAll(data);
        return record(tenant, subscription, "exhausted-" + subscription + "-" + sinceMillis, EXHAUSTED, until, all);
    }

    private static ProducerRecord<byte[], byte[]> record(
            String tenant, String subscription, String id, String type, String time, ObjectNode data) {
        Map<String, String> attributes = new LinkedHashMap<>();
        attributes.put(Event.ID, id);
        attributes.put(Event.TYPE, type);
        attributes.put(Event.SOURCE, SOURCE);
        attributes.put(Event.SUBJECT, subscription);
        attributes.put(Event.TIME, time);
        attributes.put(Event.TENANT, tenant);
        Event event = new Event(attributes, JsonBody.MEDIA_TYPE, data.toString().getBytes(UTF_8));
        ProducerRecord<byte[], byte[]> message =
                new ProducerRecord<>(Topics.EVENTS, event.recordKey().getBytes(UTF_8), event.data());
        EventRecords.writeHeaders(event, message.headers());
        // no tenant need have our types in its catalog
        EventRecords.writeChecked(message.headers());
        return message;
    }
}

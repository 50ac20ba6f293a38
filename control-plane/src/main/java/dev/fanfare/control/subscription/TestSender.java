package dev.fanfare.control.subscription;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fanfare.contract.Json;
import dev.fanfare.contract.Uuid7;
import dev.fanfare.contract.delivery.Delivery;
import dev.fanfare.contract.delivery.DeliveryId;
import dev.fanfare.contract.delivery.DeliveryRecords;
import dev.fanfare.contract.delivery.Progress;
import dev.fanfare.contract.delivery.SubscriptionVersion;
import dev.fanfare.contract.event.Event;
import dev.fanfare.contract.event.EventRecords;
import dev.fanfare.contract.problem.ProblemException;
import dev.fanfare.contract.run.Actor;
import dev.fanfare.contract.run.AuditEntry;
import dev.fanfare.contract.subscription.Subscription;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.control.http.JsonBody;
import dev.fanfare.control.table.PromptProducer;
import dev.fanfare.runtime.kafka.CompactedTable.Row;
import dev.fanfare.runtime.kafka.KafkaAnswer;
import dev.fanfare.runtime.kafka.KafkaConnection;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts a test event on its way to one subscription. It goes in where the router's deliveries do, and from there on it is
 * a delivery like any other: signed, checked, sent, recorded, retried.
 *
 * <p>What waits for Kafka blocks: keep it off the event loop. Safe from any thread.
 */
public final class TestSender implements AutoCloseable {
    /** What a test is where nothing else is asked for. */
    private static final String TYPE = "fanfare.test";

    private static final Logger LOG = LoggerFactory.getLogger(TestSender.class);
    private static final String SOURCE = "/fanfare/test";

    private final SubscriptionIndex index;
    private final Clock clock;
    private final RandomGenerator random;
    private final Producer<byte[], byte[]> producer;
    private final Duration timeout;

    /**
     * Over the subscriptions, which stay the caller's.
     *
     * @param timeout for the write
     */
    public TestSender(
            KafkaConnection kafka,
            SubscriptionIndex index,
            Clock clock,
            RandomGenerator random,
            String clientId,
            Duration timeout) {
        this.index = index;
        this.clock = clock;
        this.random = random;
        this.timeout = timeout;
        this.producer = PromptProducer.of(kafka, clientId, timeout);
    }

    /**
     * Sends an event; returns the delivery when it is safe on its topic.
     *
     * @param type of the event; null: {@value #TYPE}
     * @param data of the event; null: a few words
     * @param by   who asked for it, for the audit
     * @throws ProblemException 404, or 409 where nothing is sent to the subscription now
     */
    public Delivery send(String tenant, String id, @Nullable String type, @Nullable JsonNode data, Actor by) {
        Row<Subscription> to = ActiveSubscription.require(index, tenant, id, "sent");
        long nowMillis = clock.millis();
        Event event = event(to.value(), Objects.requireNonNullElse(type, TYPE), data, nowMillis);
        audit(Delivery.key(tenant, id), by, nowMillis);
        Delivery delivery = send(to, event, nowMillis);
        LOG.info("test event sent tenant={} id={} delivery={}", tenant, id, delivery.id());
        return delivery;
    }

    /** First, as all changes do: a line may be without its event, and no event without its line. */
    private void audit(String object, Actor by, long nowMillis) {
        AuditEntry entry = new AuditEntry(nowMillis, "subscription tested", object, by, Map.of(), Map.of(), null);
        KafkaAnswer.await(
                producer.send(new ProducerRecord<>(Topics.AUDIT, 0, object.getBytes(UTF_8), entry.toJson())),
                timeout.plusSeconds(1),
                "writing to the audit");
    }

    private Event event(Subscription subscription, String type, @Nullable JsonNode data, long nowMillis) {
        Map<String, String> attributes = new LinkedHashMap<>();
        attributes.put(Event.ID, Uuid7.mint(nowMillis, random).toString());
        attributes.put(Event.TYPE, type);
        attributes.put(Event.SOURCE, SOURCE);
        attributes.put(Event.TIME, Instant.ofEpochMilli(nowMillis).toString());
        attributes.put(Event.TENANT, subscription.tenant());
        JsonNode body = Objects.requireNonNullElseGet(data, () -> Json.TOPIC
                .createObjectNode()
                .put("message", "A test: somebody asked Fanfare whether this endpoint takes its webhooks.")
                .put("subscription", subscription.id()));
        return new Event(attributes, JsonBody.MEDIA_TYPE, body.toString().getBytes(UTF_8));
    }

    private Delivery send(Row<Subscription> to, Event event, long nowMillis) {
        Subscription subscription = to.value();
        String tenant = subscription.tenant();
        Delivery delivery = new Delivery(
                DeliveryId.of(tenant, event.source(), event.id(), subscription.id(), subscription.generation()),
                tenant,
                subscription.id(),
                subscription.generation(),
                new SubscriptionVersion(index.table().topicId(), to.offset()),
                event.id(),
                event.type(),
                nowMillis,
                Progress.NONE);
        ProducerRecord<byte[], byte[]> message =
                new ProducerRecord<>(Topics.DELIVERIES, delivery.key().getBytes(UTF_8), event.data());
        EventRecords.writeHeaders(event, message.headers());
        DeliveryRecords.writeHeaders(delivery, message.headers());
        KafkaAnswer.await(producer.send(message), timeout.plusSeconds(1), "writing a test event");
        return delivery;
    }

    @Override
    public void close() {
        producer.close(Duration.ofSeconds(2));
    }
}

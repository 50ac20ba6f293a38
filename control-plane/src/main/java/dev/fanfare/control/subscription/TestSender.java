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
import dev.fanfare.contract.subscription.Verification;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.control.http.JsonBody;
import dev.fanfare.control.subscription.SubscriptionWriter.Outcome;
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
import java.util.concurrent.Future;
import java.util.random.RandomGenerator;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
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

    /** Has an endpoint asked to answer a challenge where a change calls for it. Doesn't wait. */
    void challengeIfAsked(Outcome outcome) {
        Row<Subscription> before = outcome.before();
        Row<Subscription> after = outcome.after();
        if (after != null && Verifying.isAsked(before == null ? null : before.value(), after.value())) {
            challenge(after);
        }
    }

    /**
     * Has an endpoint asked to answer a challenge. Doesn't wait; what fails is logged, and can be asked for again.
     *
     * @param to one whose verification is pending
     */
    private void challenge(Row<Subscription> to) {
        Subscription subscription = to.value();
        Verification asked = Objects.requireNonNull(subscription.verification());
        Map<String, String> attributes = new LinkedHashMap<>();
        attributes.put(Event.ID, asked.eventId());
        attributes.put(Event.TYPE, Verification.EVENT_TYPE);
        attributes.put(Event.SOURCE, SOURCE);
        attributes.put(Event.TIME, Instant.ofEpochMilli(asked.atMillis()).toString());
        attributes.put(Event.TENANT, subscription.tenant());
        JsonNode body = Json.TOPIC
                .createObjectNode()
                .put("challenge", asked.challenge())
                .put("subscription", subscription.id())
                .put("message", "Answer 2xx with the challenge in the body to get webhooks from Fanfare.");
        Event event = new Event(attributes, JsonBody.MEDIA_TYPE, body.toString().getBytes(UTF_8));
        Delivery delivery = delivery(to, event, clock.millis());
        Future<RecordMetadata> unused = producer.send(message(delivery, event), (sent, failure) -> {
            if (failure != null) {
                LOG.warn("challenge not sent key={} cause={}", delivery.key(), failure.toString());
            }
        });
    }

    /** The delivery by which a subscription's endpoint is asked. */
    static String challengeId(Subscription subscription) {
        Verification asked = Objects.requireNonNull(subscription.verification());
        return DeliveryId.of(
                subscription.tenant(), SOURCE, asked.eventId(), subscription.id(), subscription.generation());
    }

    private Delivery send(Row<Subscription> to, Event event, long nowMillis) {
        Delivery delivery = delivery(to, event, nowMillis);
        KafkaAnswer.await(producer.send(message(delivery, event)), timeout.plusSeconds(1), "writing a test event");
        return delivery;
    }

    private Delivery delivery(Row<Subscription> to, Event event, long nowMillis) {
        Subscription subscription = to.value();
        String tenant = subscription.tenant();
        return new Delivery(
                DeliveryId.of(tenant, event.source(), event.id(), subscription.id(), subscription.generation()),
                tenant,
                subscription.id(),
                subscription.generation(),
                new SubscriptionVersion(index.table().topicId(), to.offset()),
                event.id(),
                event.type(),
                nowMillis,
                Progress.NONE);
    }

    private static ProducerRecord<byte[], byte[]> message(Delivery delivery, Event event) {
        ProducerRecord<byte[], byte[]> message =
                new ProducerRecord<>(Topics.DELIVERIES, delivery.key().getBytes(UTF_8), event.data());
        EventRecords.writeHeaders(event, message.headers());
        DeliveryRecords.writeHeaders(delivery, message.headers());
        return message;
    }

    @Override
    public void close() {
        producer.close(Duration.ofSeconds(2));
    }
}

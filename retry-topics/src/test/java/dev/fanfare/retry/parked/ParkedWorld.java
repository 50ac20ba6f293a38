package dev.fanfare.retry.parked;

import dev.fanfare.contract.RecordHeaders;
import dev.fanfare.contract.delivery.DeadLetterRecords;
import dev.fanfare.contract.delivery.Delivery;
import dev.fanfare.contract.delivery.DeliveryRecords;
import dev.fanfare.contract.delivery.Progress;
import dev.fanfare.contract.delivery.SubscriptionVersion;
import dev.fanfare.contract.delivery.Verdict;
import dev.fanfare.contract.subscription.Subscription;
import dev.fanfare.contract.subscription.Subscription.State;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.retry.RetryMetric;
import dev.fanfare.runtime.kafka.KafkaConnection;
import dev.fanfare.testkit.TestBroker;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.awaitility.Awaitility;

/** A broker, subscriptions, and deliveries as a dispatcher parks them. */
final class ParkedWorld {
    static final UUID GENERATION = new UUID(1, 2);
    static final UUID ANOTHER_GENERATION = new UUID(3, 4);
    static final Duration PATIENCE = Duration.ofMinutes(3);
    /** What one that was killed left open ends after that. */
    static final Duration TRANSACTION_TIMEOUT = Duration.ofSeconds(3);

    private static final String TENANT = "acme";

    final TestBroker broker;
    final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final KafkaConnection kafka;

    ParkedWorld(TestBroker broker) {
        this.broker = broker;
        this.kafka = KafkaConnection.to(broker.bootstrapServers());
        broker.createFanfareTopics();
    }

    /** Writes a subscription and returns its offset on the topic. */
    long subscription(String id, UUID generation, State state) {
        Subscription subscription = Subscription.builder(
                        TENANT, id, generation, URI.create("https://example.com/" + id))
                .state(state, null)
                .build();
        return broker.send(new ProducerRecord<>(Topics.SUBSCRIPTIONS, bytes(key(id)), subscription.toJson()))
                .offset();
    }

    long subscription(String id, State state) {
        return subscription(id, GENERATION, state);
    }

    long delete(String id) {
        return broker.send(new ProducerRecord<>(Topics.SUBSCRIPTIONS, bytes(key(id)), null))
                .offset();
    }

    void park(String id, String subscription) {
        broker.send(parked(id, subscription));
    }

    /** Parks many in one go and returns their ids. */
    List<String> parkAll(String subscription, int count) {
        List<String> ids =
                IntStream.range(0, count).mapToObj(i -> subscription + "-" + i).toList();
        try (Producer<byte[], byte[]> producer = kafka.producer("parking", Map.of())) {
            ids.forEach(id -> producer.send(parked(id, subscription)));
            producer.flush();
        }
        return ids;
    }

    static ProducerRecord<byte[], byte[]> parked(String id, String subscription) {
        ProducerRecord<byte[], byte[]> parked =
                new ProducerRecord<>(Topics.PARKED, null, bytes(id), bytes("body of " + id));
        RecordHeaders.put(parked.headers(), "ce_id", "event-of-" + id);
        RecordHeaders.put(parked.headers(), "ce_type", "order.created");
        DeliveryRecords.writeHeaders(
                new Delivery(
                        id,
                        TENANT,
                        subscription,
                        GENERATION,
                        new SubscriptionVersion("of-an-earlier-topic", 7),
                        "event-of-" + id,
                        "order.created",
                        500,
                        new Progress(2, 3, 1, 1_000, 1_000, 9_000)),
                parked.headers());
        DeadLetterRecords.mark(
                parked.headers(), Verdict.PARKED, null, "the subscription is paused", Topics.DELIVERIES, 1, 42);
        return parked;
    }

    static ProducerRecord<byte[], byte[]> tombstone(String id) {
        return new ProducerRecord<>(Topics.PARKED, null, bytes(id), null);
    }

    Unparker unparker(String instance) {
        return unparker(instance, UnaryOperator.identity());
    }

    Unparker unparker(String instance, UnaryOperator<Producer<byte[], byte[]>> tap) {
        Unparker unparker = new Unparker(kafka, instance, TRANSACTION_TIMEOUT, Duration.ofSeconds(15), meters, tap);
        unparker.start();
        return unparker;
    }

    List<ConsumerRecord<byte[], byte[]>> deliveries() {
        return broker.records(Topics.DELIVERIES);
    }

    List<String> deliveryIds() {
        return deliveries().stream().map(ParkedWorld::id).toList();
    }

    List<ConsumerRecord<byte[], byte[]>> awaitDeliveries(int count) {
        return Awaitility.await()
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(100))
                .until(this::deliveries, found -> found.size() >= count);
    }

    /** What stands on the topic of the parked, by id. */
    Map<String, ConsumerRecord<byte[], byte[]>> standing() {
        Map<String, ConsumerRecord<byte[], byte[]>> standing = new HashMap<>();
        for (ConsumerRecord<byte[], byte[]> message : broker.records(Topics.PARKED)) {
            String id = new String(message.key(), StandardCharsets.UTF_8);
            if (message.value() == null) {
                standing.remove(id);
            } else {
                standing.put(id, message);
            }
        }
        return standing;
    }

    double gauge() {
        return meters.get(RetryMetric.PARKED_OUTSTANDING.definition().meterName())
                .gauge()
                .value();
    }

    void awaitOutstanding(int count) {
        Awaitility.await().atMost(PATIENCE).until(() -> gauge() == count);
    }

    static String id(ConsumerRecord<byte[], byte[]> message) {
        return String.valueOf(RecordHeaders.text(message.headers(), DeliveryRecords.DELIVERY_ID));
    }

    static String key(String subscription) {
        return Delivery.key(TENANT, subscription);
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}

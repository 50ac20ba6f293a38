package dev.fanfare.control.subscription;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.fanfare.contract.delivery.Delivery;
import dev.fanfare.contract.delivery.DeliveryId;
import dev.fanfare.contract.delivery.DeliveryRecords;
import dev.fanfare.contract.delivery.Progress;
import dev.fanfare.contract.delivery.SubscriptionVersion;
import dev.fanfare.contract.event.Event;
import dev.fanfare.contract.event.EventRecords;
import dev.fanfare.contract.subscription.Subscription;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.control.table.PromptProducer;
import dev.fanfare.runtime.kafka.CompactedTable.Row;
import dev.fanfare.runtime.kafka.KafkaAnswer;
import dev.fanfare.runtime.kafka.KafkaConnection;
import java.time.Duration;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Puts a test event on its way to one subscription. It goes in where the router's deliveries do, and from there on it is
 * a delivery like any other: signed, checked, sent, recorded, retried.
 *
 * <p>What waits for Kafka blocks: keep it off the event loop. Safe from any thread.
 */
public final class TestSender implements AutoCloseable {
    private final SubscriptionIndex index;
    private final Producer<byte[], byte[]> producer;
    private final Duration timeout;

    /**
     * Over the subscriptions, which stay the caller's.
     *
     * @param timeout for the write
     */
    public TestSender(KafkaConnection kafka, SubscriptionIndex index, String clientId, Duration timeout) {
        this.index = index;
        this.timeout = timeout;
        this.producer = PromptProducer.of(kafka, clientId, timeout);
    }

    /** Sends it; returns the delivery when it is safe on its topic. */
    Delivery send(Row<Subscription> to, Event event, long nowMillis) {
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

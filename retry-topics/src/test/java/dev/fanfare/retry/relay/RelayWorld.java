package dev.fanfare.retry.relay;

import dev.fanfare.contract.RecordHeaders;
import dev.fanfare.contract.delivery.DeliveryRecords;
import dev.fanfare.contract.topic.Tier;
import dev.fanfare.contract.topic.TopicLayout;
import dev.fanfare.contract.topic.TopicSpec;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.runtime.kafka.KafkaConnection;
import dev.fanfare.testkit.TestBroker;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.awaitility.Awaitility;

/** A broker with short tiers and two partitions, what waits there, and what came of it, on the broker's clock. */
final class RelayWorld {
    static final List<Tier> TIERS = Tier.parseList("200ms,400ms,1s");
    static final int PARTITIONS = 2;
    /** As by default, but what a dead relay left open ends sooner. */
    static final RelayLimits LIMITS = new RelayLimits(5_000, Duration.ofSeconds(3), Duration.ofSeconds(15));

    /** A delivery as it was put into a tier, and when it is due. */
    record Sent(String id, int partition, long dueAtMillis) {}

    final TestBroker broker;
    final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    final List<Sent> sent = new ArrayList<>();

    /** Creates the topics; that of the deliveries shows the broker's time too, which is how earliness is seen. */
    RelayWorld(TestBroker broker) {
        this.broker = broker;
        List<NewTopic> topics = new ArrayList<>();
        for (TopicSpec spec : new TopicLayout(1, PARTITIONS, (short) 1, TIERS).specs()) {
            Map<String, String> configs = new HashMap<>(spec.configs());
            if (spec.name().equals(Topics.DELIVERIES)) {
                configs.put("message.timestamp.type", "LogAppendTime");
            }
            topics.add(new NewTopic(spec.name(), spec.partitions(), (short) 1).configs(configs));
        }
        broker.createTopics(topics);
    }

    /** Puts a delivery into a tier. */
    void wait(String tierTopic, String id, int partition, Duration delay) {
        ProducerRecord<byte[], byte[]> message = message(tierTopic, id, partition);
        RecordHeaders.put(message.headers(), DeliveryRecords.DELAY_MS, delay.toMillis());
        RecordMetadata appended = broker.send(message);
        sent.add(new Sent(id, partition, appended.timestamp() + delay.toMillis()));
    }

    static ProducerRecord<byte[], byte[]> message(String topic, String id, int partition) {
        ProducerRecord<byte[], byte[]> message = new ProducerRecord<>(
                topic,
                partition,
                ("default/" + id).getBytes(StandardCharsets.UTF_8),
                ("body of " + id).getBytes(StandardCharsets.UTF_8));
        RecordHeaders.put(message.headers(), DeliveryRecords.DELIVERY_ID, id);
        return message;
    }

    TierRelay relay(String instance) {
        return relay(instance, () -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime()), UnaryOperator.identity());
    }

    TierRelay relay(String instance, LongSupplier ticks, UnaryOperator<Producer<byte[], byte[]>> tap) {
        KafkaConnection kafka = KafkaConnection.to(broker.bootstrapServers());
        TierRelay relay = new TierRelay(kafka, instance, tiersByTopic(), TIERS, LIMITS, meters, ticks, tap);
        relay.start();
        return relay;
    }

    static Map<String, Tier> tiersByTopic() {
        Map<String, Tier> tiers = new HashMap<>();
        TIERS.forEach(tier -> tiers.put(tier.topic(), tier));
        return tiers;
    }

    /** What went back, once as much has as was put in. */
    List<ConsumerRecord<byte[], byte[]>> awaitAll(Duration patience) {
        List<ConsumerRecord<byte[], byte[]>> back = new ArrayList<>();
        Awaitility.await().atMost(patience).pollInterval(Duration.ofMillis(100)).until(() -> {
            back.clear();
            back.addAll(broker.records(Topics.DELIVERIES));
            return back.size() >= sent.size();
        });
        return back;
    }

    static String id(ConsumerRecord<byte[], byte[]> message) {
        return String.valueOf(RecordHeaders.text(message.headers(), DeliveryRecords.DELIVERY_ID));
    }
}

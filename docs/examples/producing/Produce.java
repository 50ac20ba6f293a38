import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Produces an event straight to Kafka; needs kafka-clients, and nothing of Fanfare. */
public class Produce {
    public static void main(String[] args) throws Exception {
        String bootstrapServers = args.length > 0 ? args[0] : "127.0.0.1:9092";
        String orderedBy = "order-17";
        ProducerRecord<byte[], byte[]> event =
                new ProducerRecord<>("fanfare.events", orderedBy.getBytes(UTF_8), "{\"order\": 17}".getBytes(UTF_8));
        Map.of(
                        "ce_specversion", "1.0",
                        "ce_id", "java-17",
                        "ce_source", "/orders",
                        "ce_type", "order.created",
                        "ce_tenant", "default",
                        "content-type", "application/json")
                .forEach((name, value) -> event.headers().add(name, value.getBytes(UTF_8)));
        Map<String, Object> settings =
                Map.of("bootstrap.servers", bootstrapServers, "acks", "all", "enable.idempotence", true);
        try (var producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            producer.send(event).get();
            System.out.println("java-17");
        }
    }
}

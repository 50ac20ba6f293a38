package dev.fanfare.control;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.fanfare.runtime.kafka.KafkaConnection;
import dev.fanfare.testkit.TestBroker;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Holds up whoever reads a topic to its end, until it is closed; leaves nothing there. */
public final class OpenTransaction implements AutoCloseable {
    private final Producer<byte[], byte[]> producer;

    /** On the first partition of a topic. */
    public OpenTransaction(TestBroker broker, String topic) throws ExecutionException, InterruptedException {
        producer = KafkaConnection.to(broker.bootstrapServers())
                .producer("holder", Map.of(ProducerConfig.TRANSACTIONAL_ID_CONFIG, "holder-" + UUID.randomUUID()));
        producer.initTransactions();
        producer.beginTransaction();
        producer.send(new ProducerRecord<>(topic, 0, "held".getBytes(UTF_8), "{}".getBytes(UTF_8)))
                .get();
    }

    @Override
    public void close() {
        producer.abortTransaction();
        producer.close();
    }
}

package dev.fanfare.control.table;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.fanfare.contract.run.AuditEntry;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.runtime.kafka.KafkaAnswer;
import dev.fanfare.runtime.kafka.KafkaConnection;
import java.time.Duration;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Writes lines of the audit that belong to no change of a table. Safe from any thread; it waits for Kafka. */
public final class AuditWriter implements AutoCloseable {
    private final Producer<byte[], byte[]> producer;
    private final Duration timeout;

    /**
     * Over a cluster.
     *
     * @param timeout for one line
     */
    public AuditWriter(KafkaConnection kafka, String clientId, Duration timeout) {
        this.producer = PromptProducer.of(kafka, clientId, timeout);
        this.timeout = timeout;
    }

    /**
     * Returns once it is written.
     *
     * @throws org.apache.kafka.common.KafkaException where it can't be
     */
    public void write(AuditEntry entry) {
        KafkaAnswer.await(
                producer.send(
                        new ProducerRecord<>(Topics.AUDIT, 0, entry.object().getBytes(UTF_8), entry.toJson())),
                timeout.plusSeconds(1),
                "writing to the audit");
    }

    @Override
    public void close() {
        producer.close(Duration.ofSeconds(2));
    }
}

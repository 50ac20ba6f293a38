package dev.fanfare.control.table;

import dev.fanfare.runtime.kafka.KafkaConnection;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;

/** Producers of single records for which a caller waits. */
public final class PromptProducer {
    private PromptProducer() {}

    /** One that gives up after a while; the caller closes it. */
    public static Producer<byte[], byte[]> of(KafkaConnection kafka, String clientId, Duration giveUpAfter) {
        int millis = Math.toIntExact(giveUpAfter.toMillis());
        return kafka.producer(
                clientId,
                Map.of(
                        ProducerConfig.LINGER_MS_CONFIG, 0,
                        ProducerConfig.MAX_BLOCK_MS_CONFIG, millis,
                        ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, millis,
                        ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, millis));
    }
}

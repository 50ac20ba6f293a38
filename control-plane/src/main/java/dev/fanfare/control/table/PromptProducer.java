package dev.fanfare.control.table;

import dev.fanfare.runtime.kafka.KafkaConnection;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;

/** Producers of single records for which a caller waits. */
public final class PromptProducer {
    private PromptProducer() {}

    /** One that gives up after a while; the caller closes it. */
    public static Producer<byte[], byte[]> of(KafkaConnection kafka, String clientId, Duration giveUpAfter) {
        return kafka.producer(clientId, settings(giveUpAfter));
    }

    /** One that writes in transactions under an id, one after the other; the caller closes it. */
    static Producer<byte[], byte[]> transactional(
            KafkaConnection kafka, String clientId, String id, Duration giveUpAfter) {
        Map<String, Object> settings = new HashMap<>(settings(giveUpAfter));
        settings.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, id);
        // what a process leaves open that dies holds up the readers of its topics: until then, or until it is back
        settings.put(
                ProducerConfig.TRANSACTION_TIMEOUT_CONFIG,
                Math.toIntExact(giveUpAfter.plusSeconds(1).toMillis()));
        // the coordinator may still be busy with the transaction before: some milliseconds
        settings.put(ProducerConfig.RETRY_BACKOFF_MS_CONFIG, 5);
        return kafka.producer(clientId, settings);
    }

    private static Map<String, Object> settings(Duration giveUpAfter) {
        int millis = Math.toIntExact(giveUpAfter.toMillis());
        return Map.of(
                ProducerConfig.LINGER_MS_CONFIG, 0,
                ProducerConfig.MAX_BLOCK_MS_CONFIG, millis,
                ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, millis,
                ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, millis);
    }
}

package dev.fanfare.router;

import dev.fanfare.contract.DurationText;
import dev.fanfare.contract.topic.Groups;
import dev.fanfare.contract.topic.TopicLayout;
import dev.fanfare.runtime.kafka.KafkaConnection;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.StreamsConfig;

/** The router's settings in the words of Kafka Streams. */
final class RouterStreams {
    /** The group of all router instances. */
    static final String APPLICATION_ID = Groups.ROUTERS;

    /** The group of those that expand very large fan-outs. */
    static final String FANOUT_ID = "fanfare-fanout";

    private static final int CHUNKS_AT_ONCE = 8;

    /** What a crash makes again, at least once: the events since the last commit. */
    private static final Duration COMMIT_AT_LEAST_ONCE = Duration.ofSeconds(1);
    /** What a reader of committed records waits for, exactly once. */
    private static final Duration COMMIT_EXACTLY_ONCE = Duration.ofMillis(100);

    private RouterStreams() {}

    /**
     * Where one instance's stores lie. A folder of another cluster would hold events that this one has never seen, two
     * processes in one folder would be in each other's way, and files cut for one window can't be read with another.
     */
    static Path stateDir(Path folder, RouterSettings settings, String clusterId, String instanceId) {
        return folder.resolve(clusterId)
                .resolve(instanceId)
                .resolve(DurationText.format(settings.deduplicationWindow()));
    }

    /**
     * For {@link RouterTopology}.
     *
     * @param stateDir where stores lie: of this cluster, this instance, and nobody else
     */
    static StreamsConfig events(
            RouterSettings settings,
            KafkaConnection kafka,
            String instanceId,
            Path stateDir,
            ReadIndex readIndex,
            StoreMemory memory) {
        Map<String, Object> all = both(settings, kafka, APPLICATION_ID, instanceId, stateDir);
        all.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, settings.threads());
        all.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, StoreMemorySetter.class);
        all.put(StoreMemorySetter.MEMORY, memory);
        consumer(all, ConsumerConfig.INTERCEPTOR_CLASSES_CONFIG, ReadIndexInterceptor.class.getName());
        consumer(all, ReadIndexInterceptor.READ_INDEX, readIndex);
        return new StreamsConfig(all);
    }

    /** For {@link FanoutTopology}. Few chunks at once: each is much work, and may be large. */
    static StreamsConfig chunks(RouterSettings settings, KafkaConnection kafka, String instanceId, Path stateDir) {
        Map<String, Object> all = both(settings, kafka, FANOUT_ID, instanceId, stateDir);
        consumer(all, ConsumerConfig.MAX_POLL_RECORDS_CONFIG, CHUNKS_AT_ONCE);
        all.put(StreamsConfig.BUFFERED_RECORDS_PER_PARTITION_CONFIG, CHUNKS_AT_ONCE);
        return new StreamsConfig(all);
    }

    private static Map<String, Object> both(
            RouterSettings settings, KafkaConnection kafka, String applicationId, String instanceId, Path stateDir) {
        Map<String, Object> all = new HashMap<>(kafka.properties(applicationId + "-" + instanceId));
        all.put(StreamsConfig.APPLICATION_ID_CONFIG, applicationId);
        all.put(StreamsConfig.STATE_DIR_CONFIG, stateDir.toString());
        all.put(
                StreamsConfig.GROUP_PROTOCOL_CONFIG,
                settings.groupProtocol().name().toLowerCase(Locale.ROOT));
        switch (settings.guarantee()) {
            case AT_LEAST_ONCE -> {
                all.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.AT_LEAST_ONCE);
                all.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, COMMIT_AT_LEAST_ONCE.toMillis());
            }
            case EXACTLY_ONCE_V2 -> {
                all.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
                all.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, COMMIT_EXACTLY_ONCE.toMillis());
            }
        }
        // what the platform team may set otherwise, as kafka.*
        all.putIfAbsent(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
        all.putIfAbsent(ProducerConfig.BATCH_SIZE_CONFIG, 128 * 1024);
        // what the promises rest on
        consumer(all, ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        producer(all, ProducerConfig.ACKS_CONFIG, "all");
        producer(all, ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        producer(all, ProducerConfig.LINGER_MS_CONFIG, settings.linger().toMillis());
        producer(
                all,
                ProducerConfig.TRANSACTION_TIMEOUT_CONFIG,
                Math.toIntExact(RouterSettings.TRANSACTION_TIMEOUT.toMillis()));
        producer(all, ProducerConfig.MAX_REQUEST_SIZE_CONFIG, TopicLayout.MAX_RECORD_BYTES);
        return all;
    }

    /** The prefix lets it go before what was given as {@code kafka.*}. */
    private static void consumer(Map<String, Object> all, String key, Object value) {
        all.put(StreamsConfig.mainConsumerPrefix(key), value);
    }

    private static void producer(Map<String, Object> all, String key, Object value) {
        all.put(StreamsConfig.producerPrefix(key), value);
    }
}

package dev.fanfare.runtime.kafka;

import dev.fanfare.runtime.config.InvalidSettings;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.SaslConfigs;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * How to reach the cluster, and the settings that all our clients share. What was given as {@code kafka.*} goes into
 * every client. Keys and values are bytes everywhere.
 */
public final class KafkaConnection {
    private static final Pattern JAAS_USER = Pattern.compile("\\busername\\s*=\\s*\"([^\"]*)\"");

    private final Map<String, String> properties;
    private final @Nullable MeterRegistry meters;

    /** With {@code bootstrap.servers} and any other client property. */
    public KafkaConnection(Map<String, String> properties) {
        if (!properties.containsKey(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG)) {
            throw new InvalidSettings(List.of("kafka.bootstrap.servers: is required, such as 127.0.0.1:9092"
                    + " (environment: FANFARE_KAFKA_BOOTSTRAP_SERVERS)"));
        }
        this.properties = Map.copyOf(properties);
        this.meters = null;
    }

    private KafkaConnection(Map<String, String> properties, MeterRegistry meters) {
        this.properties = properties;
        this.meters = meters;
    }

    /** Reaches a cluster with nothing but its addresses. */
    public static KafkaConnection to(String bootstrapServers) {
        return new KafkaConnection(Map.of(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers));
    }

    /**
     * The same cluster, by producers and consumers whose own metrics stand in a registry while they are open. That is
     * some hundred series each: for those that are on the way of an event or a delivery.
     */
    public KafkaConnection measuredBy(MeterRegistry registry) {
        return new KafkaConnection(properties, registry);
    }

    /** As given: {@code host:port}, several with commas between. */
    String bootstrapServers() {
        return properties.getOrDefault(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, "");
    }

    /**
     * Whom the cluster takes us for, as far as these properties tell: the name of a SASL user, {@code User:ANONYMOUS}
     * where there is no authentication; null where it can't be known (a certificate, a token).
     */
    public @Nullable String principal() {
        String protocol = properties.getOrDefault(CommonClientConfigs.SECURITY_PROTOCOL_CONFIG, "PLAINTEXT");
        Matcher user = JAAS_USER.matcher(properties.getOrDefault(SaslConfigs.SASL_JAAS_CONFIG, ""));
        if (protocol.startsWith("SASL")) {
            return user.find() ? "User:" + user.group(1) : null;
        }
        boolean certificate =
                protocol.equals("SSL") && properties.keySet().stream().anyMatch(k -> k.startsWith("ssl.keystore"));
        return certificate ? null : "User:ANONYMOUS";
    }

    /** What goes into every client, with its id. */
    public Map<String, Object> properties(String clientId) {
        Map<String, Object> all = new HashMap<>();
        all.put(CommonClientConfigs.CLIENT_ID_CONFIG, clientId);
        all.put(CommonClientConfigs.RECONNECT_BACKOFF_MAX_MS_CONFIG, 2_000);
        // No telemetry pushed to a broker that never asked us for it.
        all.put(CommonClientConfigs.ENABLE_METRICS_PUSH_CONFIG, false);
        all.putAll(properties);
        return all;
    }

    /** An admin client; the caller closes it. */
    public Admin admin(String clientId) {
        return Admin.create(properties(clientId));
    }

    /**
     * A producer that waits for all in-sync replicas and never doubles; the caller closes it.
     *
     * @param own settings that go before ours, such as {@code transactional.id}
     */
    public Producer<byte[], byte[]> producer(String clientId, Map<String, Object> own) {
        Map<String, Object> all = new HashMap<>(properties(clientId));
        all.putIfAbsent(ProducerConfig.ACKS_CONFIG, "all");
        all.putIfAbsent(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        all.putIfAbsent(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
        all.putIfAbsent(ProducerConfig.BATCH_SIZE_CONFIG, 128 * 1024);
        all.putIfAbsent(ProducerConfig.LINGER_MS_CONFIG, 2);
        all.putIfAbsent(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, 2 * 1024 * 1024);
        all.putAll(own);
        return meters == null
                ? new KafkaProducer<>(all, new ByteArraySerializer(), new ByteArraySerializer())
                : MeasuredClients.producer(all, meters);
    }

    /**
     * A producer of transactions, each of which ends within a time or not at all; the caller closes it.
     *
     * @param timeout after which the broker aborts an open transaction; no single wait of the producer takes longer
     */
    public Producer<byte[], byte[]> transactional(String clientId, String transactionalId, Duration timeout) {
        int millis = Math.toIntExact(timeout.toMillis());
        return producer(
                clientId,
                Map.of(
                        ProducerConfig.TRANSACTIONAL_ID_CONFIG,
                        transactionalId,
                        ProducerConfig.TRANSACTION_TIMEOUT_CONFIG,
                        millis,
                        ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
                        millis,
                        ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG,
                        millis / 2,
                        ProducerConfig.MAX_BLOCK_MS_CONFIG,
                        (long) millis));
    }

    /**
     * A consumer of what is committed, which never commits by itself; the caller closes it.
     *
     * @param own settings that go before ours, such as {@code group.id}
     */
    public Consumer<byte[], byte[]> consumer(String clientId, Map<String, Object> own) {
        Map<String, Object> all = new HashMap<>(properties(clientId));
        all.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        all.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        all.putIfAbsent(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        all.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        all.putAll(own);
        return meters == null
                ? new KafkaConsumer<>(all, new ByteArrayDeserializer(), new ByteArrayDeserializer())
                : MeasuredClients.consumer(all, meters);
    }

    /**
     * A consumer as a member of a group: by the protocol of KIP-848, or by that which {@code kafka.group.protocol} names,
     * {@code classic} for brokers that know no other.
     *
     * @param mostPolled records that one poll brings at most
     */
    public Consumer<byte[], byte[]> member(String clientId, String group, int mostPolled) {
        return consumer(
                clientId,
                Map.of(
                        ConsumerConfig.GROUP_ID_CONFIG,
                        group,
                        ConsumerConfig.GROUP_PROTOCOL_CONFIG,
                        properties.getOrDefault(ConsumerConfig.GROUP_PROTOCOL_CONFIG, "consumer"),
                        ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
                        mostPolled));
    }
}

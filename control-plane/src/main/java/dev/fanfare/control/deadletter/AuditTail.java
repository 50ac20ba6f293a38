package dev.fanfare.control.deadletter;

import dev.fanfare.contract.UndecodableRecord;
import dev.fanfare.contract.catalog.AccessKey;
import dev.fanfare.contract.run.AuditEntry;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.runtime.kafka.KafkaConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The latest lines of the audit. Every call opens its own client and closes it. Safe from any thread. */
public final class AuditTail {
    private static final Logger LOG = LoggerFactory.getLogger(AuditTail.class);
    private static final TopicPartition AUDIT = new TopicPartition(Topics.AUDIT, 0);
    private static final int MOST_READ = 5_000;
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final KafkaConnection kafka;
    private final String clientId;

    public AuditTail(KafkaConnection kafka, String clientId) {
        this.kafka = kafka;
        this.clientId = clientId;
    }

    /**
     * What was done in a tenant, the newest first. Waits for Kafka.
     *
     * @param isForAdministrators then what administrators did for all tenants is among it
     */
    public List<AuditEntry> of(String tenant, boolean isForAdministrators, int limit) {
        List<AuditEntry> found = new ArrayList<>();
        try (var consumer = kafka.consumer(clientId, Map.of(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 20))) {
            long end = consumer.endOffsets(List.of(AUDIT)).getOrDefault(AUDIT, 0L);
            long begin = consumer.beginningOffsets(List.of(AUDIT)).getOrDefault(AUDIT, 0L);
            consumer.assign(List.of(AUDIT));
            consumer.seek(AUDIT, Math.max(begin, end - MOST_READ));
            long deadline = System.nanoTime() + TIMEOUT.toNanos();
            while (consumer.position(AUDIT) < end && System.nanoTime() < deadline) {
                for (ConsumerRecord<byte[], byte[]> message : consumer.poll(Duration.ofMillis(100))) {
                    take(message, tenant, isForAdministrators, found);
                }
            }
        }
        Collections.reverse(found);
        return found.subList(0, Math.min(limit, found.size()));
    }

    private static void take(
            ConsumerRecord<byte[], byte[]> message, String tenant, boolean isForAdministrators, List<AuditEntry> into) {
        try {
            AuditEntry entry = AuditEntry.fromJson(message.value());
            if (tenant.equals(entry.filter().get("tenant"))
                    || entry.object().startsWith(tenant + "/")
                    || (isForAdministrators && entry.object().startsWith(AccessKey.NO_TENANT + "/"))) {
                into.add(entry);
            }
        } catch (UndecodableRecord e) {
            LOG.warn("a line of the audit can't be read offset={} cause={}", message.offset(), e.getMessage());
        }
    }
}

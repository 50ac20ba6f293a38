package dev.fanfare.router;

import dev.fanfare.runtime.session.Session;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One consumer and one producer at work on tenants' topics.
 *
 * <pre>
 * poll ─▶ begin · events and dead letters · offsets · commit ─▶ poll …
 *                                              │ refused (a rebalance came between)
 *                                              └─▶ abort, back to the first of them
 * </pre>
 *
 * <p>A transaction never spans a poll, so a rebalance, which happens inside poll, finds none open. Confined to one thread.
 */
final class TenantTopicSession implements Session {
    private static final Logger LOG = LoggerFactory.getLogger(TenantTopicSession.class);
    private static final Duration POLL = Duration.ofSeconds(1);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(3);
    private static final long PROVEN_NANOS = Duration.ofSeconds(10).toNanos();

    private final Consumer<byte[], byte[]> consumer;
    private final Producer<byte[], byte[]> producer;
    private final Map<String, String> tenantByTopic;
    private final RouterMetrics metrics;
    private final long begunAtNanos = System.nanoTime();
    private boolean committed;

    /** Takes over both clients and closes them. */
    TenantTopicSession(
            Consumer<byte[], byte[]> consumer,
            Producer<byte[], byte[]> producer,
            Map<String, String> tenantByTopic,
            RouterMetrics metrics) {
        this.consumer = consumer;
        this.producer = producer;
        this.tenantByTopic = tenantByTopic;
        this.metrics = metrics;
    }

    /** Ends what an earlier session left open under the same transactional id, and joins the group. */
    @Override
    public void begin() {
        producer.initTransactions();
        consumer.subscribe(tenantByTopic.keySet());
    }

    @Override
    public void step() {
        ConsumerRecords<byte[], byte[]> polled = consumer.poll(POLL);
        if (polled.isEmpty()) {
            return;
        }
        producer.beginTransaction();
        for (ConsumerRecord<byte[], byte[]> message : polled) {
            String tenant = Objects.requireNonNull(tenantByTopic.get(message.topic()), message.topic());
            send(TenantEvent.of(message, tenant, metrics));
        }
        try {
            producer.sendOffsetsToTransaction(polled.nextOffsets(), consumer.groupMetadata());
        } catch (CommitFailedException e) {
            // The group moved on since the poll. The next poll tells what is still ours.
            LOG.debug("offsets refused, trying again after the rebalance records={}", polled.count(), e);
            producer.abortTransaction();
            goBack(polled);
            return;
        }
        // If this fails, it is open whether the broker committed: only a new session, which begins from the committed
        // offsets, knows.
        producer.commitTransaction();
        committed = true;
    }

    private void goBack(ConsumerRecords<byte[], byte[]> polled) {
        for (TopicPartition partition : polled.partitions()) {
            if (consumer.assignment().contains(partition)) {
                consumer.seek(partition, polled.records(partition).get(0).offset());
            }
        }
    }

    /** What the send comes to is told by the commit. */
    @SuppressWarnings("FutureReturnValueIgnored")
    private void send(ProducerRecord<byte[], byte[]> message) {
        producer.send(message);
    }

    /** Whether it has shown that it works: moved something, or had ten seconds without trouble. */
    @Override
    public boolean isProven() {
        return committed || System.nanoTime() - begunAtNanos > PROVEN_NANOS;
    }

    @Override
    public @Nullable String waitsFor() {
        return Session.joining(consumer);
    }

    @Override
    public void wakeUp() {
        consumer.wakeup();
    }

    @Override
    public void close() {
        try {
            consumer.close(CloseOptions.timeout(CLOSE_TIMEOUT));
        } finally {
            producer.close(CLOSE_TIMEOUT);
        }
    }
}

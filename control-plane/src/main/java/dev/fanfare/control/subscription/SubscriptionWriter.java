package dev.fanfare.control.subscription;

import dev.fanfare.contract.delivery.Delivery;
import dev.fanfare.contract.subscription.Subscription;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.runtime.kafka.CompactedTable;
import dev.fanfare.runtime.kafka.CompactedTable.Row;
import dev.fanfare.runtime.kafka.KafkaAnswer;
import dev.fanfare.runtime.kafka.KafkaConnection;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one hand that writes subscriptions in this process. Changes are taken one after the other, each decided on what
 * the topic holds at that moment:
 *
 * <pre>
 * submit ─▶ queue ─▶ read the topic to its end ─▶ decide ─▶ write, acks=all ─▶ wait until the index has it ─▶ answer
 *                    (the read index: also what            │
 *                     another writer has put there)        └▶ refused: nothing is written
 * </pre>
 *
 * <p>Dies the process after the write and before the answer, the change holds and the caller doesn't know: repeating a
 * {@code PUT} is harmless. Between the processes of one installation only the read index stands, so run one control
 * plane; electing and fencing one writer among several is not built yet.
 *
 * <p>Safe for use by several threads.
 */
public final class SubscriptionWriter implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SubscriptionWriter.class);
    private static final int MOST_WAITING = 1_000;

    /** What to do with a subscription. */
    public sealed interface Change {
        /** Nothing: it is already as it should be. */
        record Keep() implements Change {}

        /** Write it. */
        record Put(Subscription subscription) implements Change {}

        /** Delete it. */
        record Remove() implements Change {}
    }

    /** Decides on the writer's thread; may throw a problem, and then nothing is written. Must not block. */
    @FunctionalInterface
    public interface Decision {
        /** Null: there is no such subscription. */
        Change on(@Nullable Row<Subscription> current);
    }

    /** What stood there before the change, and what stands there now. */
    public record Outcome(
            @Nullable Row<Subscription> before, @Nullable Row<Subscription> after) {}

    private final CompactedTable<Subscription> table;
    private final Duration timeout;
    private final Producer<byte[], byte[]> producer;
    private final ThreadPoolExecutor thread;

    /**
     * Writes what the index reads.
     *
     * @param timeout for each of the steps that wait for Kafka
     */
    public SubscriptionWriter(KafkaConnection kafka, SubscriptionIndex index, String clientId, Duration timeout) {
        this.table = index.table();
        this.timeout = timeout;
        this.producer = PromptProducer.of(kafka, clientId, timeout);
        this.thread =
                new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(MOST_WAITING), runnable -> {
                    Thread created = new Thread(runnable, clientId);
                    created.setDaemon(true);
                    return created;
                });
    }

    /**
     * Makes a change. The stage ends with what the decision threw, with a Kafka exception where Kafka is away (whether
     * the change was written is then unknown if it got that far), or with the outcome once all in-sync replicas have it.
     */
    public CompletionStage<Outcome> submit(String tenant, String id, Decision decision) {
        Pending pending = new Pending(Delivery.key(tenant, id), decision, System.nanoTime());
        try {
            thread.execute(pending);
        } catch (RejectedExecutionException e) {
            pending.abandon("too many changes are waiting for Kafka");
        }
        return pending.answer;
    }

    private final class Pending implements Runnable {
        final CompletableFuture<Outcome> answer = new CompletableFuture<>();
        private final String key;
        private final Decision decision;
        private final long submittedAtNanos;

        Pending(String key, Decision decision, long submittedAtNanos) {
            this.key = key;
            this.decision = decision;
            this.submittedAtNanos = submittedAtNanos;
        }

        @Override
        public void run() {
            // When Kafka is away the first in the queue waits for it, and those behind it don't wait again.
            if (System.nanoTime() - submittedAtNanos > timeout.toNanos()) {
                abandon("the change waited too long for its turn and was not begun");
                return;
            }
            try {
                answer.complete(change(key, decision));
            } catch (RuntimeException e) {
                answer.completeExceptionally(e);
            }
        }

        void abandon(String why) {
            answer.completeExceptionally(new TimeoutException(why));
        }
    }

    private Outcome change(String key, Decision decision) {
        long end = KafkaAnswer.await(table.endOffset().toCompletableFuture(), timeout, "asking for the topic's end");
        if (!table.awaitPosition(end, timeout)) {
            throw new TimeoutException("subscriptions were not read to offset " + end + " in time");
        }
        Row<Subscription> before = table.get(key);
        Change change = decision.on(before);
        if (change instanceof Change.Put put) {
            return new Outcome(
                    before,
                    new Row<>(put.subscription(), write(key, put.subscription().toJson())));
        } else if (change instanceof Change.Remove) {
            write(key, null);
            return new Outcome(before, null);
        }
        return new Outcome(before, before);
    }

    private long write(String key, byte @Nullable [] value) {
        RecordMetadata written = KafkaAnswer.await(
                producer.send(
                        new ProducerRecord<>(Topics.SUBSCRIPTIONS, 0, key.getBytes(StandardCharsets.UTF_8), value)),
                timeout.plusSeconds(1), // the producer's own time-out comes first, and then the outcome is known
                "writing a subscription");
        if (!table.awaitPosition(written.offset() + 1, timeout)) {
            LOG.warn("written, but not read back in time key={} offset={}", key, written.offset());
        }
        return written.offset();
    }

    /** Finishes what is queued, within the time-out; what is left then is answered as not begun. */
    @Override
    public void close() {
        thread.shutdown();
        boolean finished = false;
        try {
            finished = thread.awaitTermination(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!finished) {
            for (Runnable left : thread.shutdownNow()) {
                ((Pending) left).abandon("the control plane is stopping and did not begin the change");
            }
        }
        producer.close(Duration.ofSeconds(2));
    }
}

package dev.fanfare.dispatcher.commit;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A transactional producer and the one transaction it has open. Kafka is waited for on a thread of its own while it
 * commits: the poll thread has lanes to fill meanwhile. A producer that is in doubt is thrown away; the next one has the
 * same transactional id, so its first act settles what the old one left.
 *
 * <p>So is one that was given offsets and did not commit them. Kafka's producer (4.3) remembers offsets that it could not
 * hand on before the transaction failed, and hands them on with those of the next: perhaps long after the partition has
 * gone to another dispatcher, which would have gone further, and would then be set back.
 *
 * <p>Confined to the poll thread, but for that waiting.
 */
final class KafkaTransaction implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(KafkaTransaction.class);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

    private final Supplier<Producer<byte[], byte[]>> producers;
    private final long timeoutNanos;
    private final ExecutorService commits = Executors.newSingleThreadExecutor(task -> {
        Thread thread = new Thread(task, "dispatcher-commit");
        thread.setDaemon(true);
        return thread;
    });

    private @Nullable Producer<byte[], byte[]> producer;
    private boolean open;
    /** Meaningless while none is open. */
    private long openSinceNanos;

    private @Nullable Future<?> commit;
    private volatile boolean asked;

    /** Whether the producer was given offsets that it has not committed. */
    private volatile boolean offered;

    /**
     * With what it takes; nothing is asked of Kafka yet.
     *
     * @param producers transactional producers, all with the same id
     * @param timeout   after which the broker aborts a transaction
     */
    KafkaTransaction(Supplier<Producer<byte[], byte[]>> producers, Duration timeout) {
        this.producers = producers;
        this.timeoutNanos = timeout.toNanos();
    }

    /** Makes sure of a producer. A new one fences and settles what was there before. Throws where Kafka doesn't answer. */
    void ready() {
        Producer<byte[], byte[]> unused = producer();
    }

    private Producer<byte[], byte[]> producer() {
        Producer<byte[], byte[]> current = producer;
        if (current == null) {
            current = producers.get();
            try {
                current.initTransactions();
            } catch (RuntimeException e) {
                current.close(Duration.ZERO);
                throw e;
            }
            producer = current;
        }
        return current;
    }

    boolean isOpen() {
        return open;
    }

    /** Whether one is open, and has been for as long. */
    boolean isOpenFor(long nanos) {
        return open && System.nanoTime() - openSinceNanos >= nanos;
    }

    /** A broker that aborts a transaction for its age fences its producer in the same words as a peer does. */
    boolean mayHaveTimedOut() {
        return isOpenFor(timeoutNanos * 9 / 10);
    }

    /** Opens one where none is. */
    void begin() {
        if (!open) {
            producer().beginTransaction();
            open = true;
            openSinceNanos = System.nanoTime();
        }
    }

    /** Sends within the open one. What fails makes the commit fail. */
    void send(ProducerRecord<byte[], byte[]> record, Callback callback) {
        Future<RecordMetadata> unused = producer().send(record, callback);
    }

    /** Begins to commit; {@link #hasCommitted} tells of the end. Nothing may be sent until then. */
    void commit(Map<TopicPartition, OffsetAndMetadata> offsets, ConsumerGroupMetadata member) {
        Producer<byte[], byte[]> current = producer();
        asked = false;
        commit = commits.submit(() -> {
            // What Kafka refuses of the records shows here, before there are offsets.
            current.flush();
            offered = true;
            current.sendOffsetsToTransaction(offsets, member);
            asked = true;
            current.commitTransaction();
            offered = false;
        });
    }

    /** Whether a commit has begun whose end was not taken note of. */
    boolean isCommitting() {
        return commit != null;
    }

    /**
     * Takes note of the end of the commit under way; then none is open. Throws what the commit threw; then it is over, and
     * {@link #mayHaveCommitted} tells what is known.
     *
     * @param waitNanos how long to wait for it
     * @return whether it has committed; false while nobody knows
     */
    boolean hasCommitted(long waitNanos) {
        Future<?> current = commit;
        if (current == null || waitNanos == 0 && !current.isDone()) {
            return false;
        }
        try {
            current.get(waitNanos, TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (ExecutionException e) {
            commit = null;
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException("the commit ended with a fault", e.getCause());
        }
        commit = null;
        open = false;
        return true;
    }

    /** Whether Kafka was asked for the last commit that began, so that it may have happened whatever the answer was. */
    boolean mayHaveCommitted() {
        return asked;
    }

    /** Aborts the open one, or leaves that to a new producer. */
    void abort() {
        Producer<byte[], byte[]> current = producer;
        if (!open || current == null) {
            return;
        }
        open = false;
        try {
            current.abortTransaction();
            if (offered) {
                discard();
            }
        } catch (KafkaException | IllegalStateException e) {
            LOG.warn("transaction could not be aborted, a new producer fences it cause={}", e.toString());
            discard();
        }
    }

    /** Throws the producer away, with what it has open. */
    void discard() {
        Producer<byte[], byte[]> old = producer;
        producer = null;
        open = false;
        offered = false;
        if (old != null) {
            old.close(Duration.ZERO);
        }
    }

    @Override
    public void close() {
        Producer<byte[], byte[]> old = producer;
        producer = null;
        try {
            if (old != null) {
                old.close(CLOSE_TIMEOUT);
            }
        } finally {
            commits.shutdownNow();
        }
    }
}

package dev.fanfare.control.table;

import dev.fanfare.runtime.kafka.CompactedTable;
import dev.fanfare.runtime.kafka.KafkaAnswer;
import dev.fanfare.runtime.kafka.KafkaConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;
import java.util.function.LongPredicate;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TransactionAbortableException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one hand of an installation that writes its tables, however many processes there are. All of them have the same
 * transactional id, so Kafka lets only that one write which took the id last:
 *
 * <pre>
 * submit ─▶ queue ─▶ take the id, unless we have it ─▶ read the tables to their ends ─▶ decide ─▶ one transaction ─▶ wait until they have it ─▶ answer
 *                                ▲                                                                  │
 *                                └───── another process took the id: nothing was written ◀──────────┘
 * </pre>
 *
 * <p><b>Why that is a conditional write.</b> Taking the id ends what its last holder had begun, and waits until what that
 * had committed is in the topics. Whoever commits has held it without a break since, so nobody else has written since the
 * tables were read; and what this process has written itself was read as well. A process that dies in the middle leaves
 * nothing behind but an open transaction, which the next one to take the id ends.
 *
 * <p>Where the broker's word on a commit is lost and another process takes the id meanwhile, {@code landed} says whether
 * it held; where even that can't be told, the decision is made anew on what stands there then.
 *
 * <p>Safe for use by several threads; the producer is confined to the hand's own.
 */
public final class FencedHand implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FencedHand.class);
    private static final String TRANSACTIONAL_ID = "fanfare-control-tables";
    private static final Duration START_TIMEOUT = Duration.ofSeconds(30);
    private static final int MOST_WAITING = 1_000;
    /** About what a change takes: who was overtaken lets the other finish. */
    private static final int LEAST_BACKOFF_MILLIS = 20;

    private static final int MOST_BACKOFF_MILLIS = 320;
    private static final int CATCH_UP_SHARE = 8;

    /**
     * What was decided.
     *
     * @param records in one transaction; none: nothing is written
     * @param landed  whether the table has the last record at that offset
     * @param answer  told the last record's offset, -1 where there is none, once the transaction is committed
     */
    public record Step<T>(List<ProducerRecord<byte[], byte[]>> records, LongPredicate landed, LongFunction<T> answer) {}

    private final KafkaConnection kafka;
    private final String clientId;
    private final RandomGenerator random;
    private final Duration timeout;
    private final List<CompactedTable<?>> tables = new CopyOnWriteArrayList<>();
    private final ThreadPoolExecutor thread;
    private final CountDownLatch closing = new CountDownLatch(1);
    private @Nullable Producer<byte[], byte[]> producer;

    /**
     * Prepares.
     *
     * @param timeout for a change, but for what waits for Kafka's last word on it
     */
    public FencedHand(KafkaConnection kafka, String clientId, RandomGenerator random, Duration timeout) {
        this.kafka = kafka;
        this.clientId = clientId;
        this.random = random;
        this.timeout = timeout;
        this.thread =
                new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(MOST_WAITING), runnable -> {
                    Thread created = new Thread(runnable, clientId);
                    created.setDaemon(true);
                    return created;
                });
    }

    /** Has a table read to its end before each decision. */
    void read(CompactedTable<?> table) {
        tables.add(table);
    }

    /**
     * Takes the id, so that what a process that died left open holds up nobody. Where Kafka gives no answer it may be tried
     * again.
     *
     * @throws KafkaException where Kafka is away, or doesn't let this process have it
     */
    public void start() {
        KafkaAnswer.await(
                thread.submit(() -> takeBefore(System.nanoTime() + START_TIMEOUT.toNanos())),
                START_TIMEOUT.plus(timeout).plusSeconds(1),
                "taking the transactional id '" + TRANSACTIONAL_ID + "'");
    }

    /** Just after its first start, Kafka may have to make the topic of transactions before it answers. */
    private Producer<byte[], byte[]> takeBefore(long endNanos) {
        while (true) {
            try {
                return take();
            } catch (TimeoutException e) {
                if (System.nanoTime() > endNanos) {
                    throw e;
                }
                LOG.info("waiting for Kafka's transactions cause={}", e.getMessage());
            }
        }
    }

    /**
     * Makes a change. The stage ends with what the decision threw, with a Kafka exception where Kafka is away (whether
     * the change was written is then unknown if it got that far), or with the answer once it is committed.
     *
     * @param decision made on the hand's thread, more than once where other processes write too; must not block
     */
    <T> CompletionStage<T> submit(Supplier<Step<T>> decision) {
        Pending<T> pending = new Pending<>(decision, System.nanoTime());
        try {
            thread.execute(pending);
        } catch (RejectedExecutionException e) {
            pending.abandon("too many changes are waiting for Kafka");
        }
        return pending.answer;
    }

    private final class Pending<T> implements Runnable {
        final CompletableFuture<T> answer = new CompletableFuture<>();
        private final Supplier<Step<T>> decision;
        private final long submittedAtNanos;

        Pending(Supplier<Step<T>> decision, long submittedAtNanos) {
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
                answer.complete(change(decision));
            } catch (RuntimeException e) {
                answer.completeExceptionally(e);
            }
        }

        void abandon(String why) {
            answer.completeExceptionally(new TimeoutException(why));
        }
    }

    private <T> T change(Supplier<Step<T>> decision) {
        long end = System.nanoTime() + timeout.toNanos();
        @Nullable Step<T> doubtful = null;
        long written = -1;
        for (int round = 0; ; round++) {
            long begun = System.nanoTime();
            Producer<byte[], byte[]> held = take();
            if (!catchUp()) {
                if (System.nanoTime() > end) {
                    throw new TimeoutException("the tables were not read to their ends in time");
                }
                giveBack(held);
                continue;
            }
            if (doubtful != null && doubtful.landed().test(written)) {
                return doubtful.answer().apply(written);
            }
            Step<T> step = decision.get();
            if (step.records().isEmpty()) {
                return step.answer().apply(-1);
            }
            doubtful = null;
            try {
                written = send(held, step.records());
                doubtful = step;
                held.commitTransaction();
                return step.answer().apply(written);
            } catch (KafkaException e) {
                if (!isOvertaken(held, e)) {
                    throw e;
                }
                pause(round, System.nanoTime() - begun, end, e);
            }
        }
    }

    /** Where that takes long, somebody who took the id from us may have died in the middle: then it has to be taken back. */
    private boolean catchUp() {
        for (CompactedTable<?> table : tables) {
            long end = KafkaAnswer.await(
                    table.endOffset().toCompletableFuture(), timeout, "asking for the ends of the tables");
            if (!table.awaitPosition(end, timeout.dividedBy(CATCH_UP_SHARE))) {
                return false;
            }
        }
        return true;
    }

    private void giveBack(Producer<byte[], byte[]> held) {
        producer = null;
        held.close(Duration.ZERO);
    }

    /** The last one's offset. */
    private long send(Producer<byte[], byte[]> held, List<ProducerRecord<byte[], byte[]>> records) {
        held.beginTransaction();
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        for (ProducerRecord<byte[], byte[]> one : records) {
            sent.add(held.send(one));
        }
        long offset = -1;
        for (Future<RecordMetadata> one : sent) {
            // the producer's own time-out comes first, and then the outcome is known
            offset = KafkaAnswer.await(one, timeout.plusSeconds(1), "writing to the tables")
                    .offset();
        }
        return offset;
    }

    private Producer<byte[], byte[]> take() {
        if (producer == null) {
            Producer<byte[], byte[]> made = PromptProducer.transactional(kafka, clientId, TRANSACTIONAL_ID, timeout);
            try {
                made.initTransactions();
            } catch (RuntimeException e) {
                made.close(Duration.ZERO);
                throw e;
            }
            producer = made;
        }
        return producer;
    }

    /**
     * Gives up what was begun. Afterwards this process holds the id, or has no producer.
     *
     * @return whether to decide anew: somebody else took the id, or ended what was begun, or Kafka forgot it as nobody
     *     wrote for a week. What Kafka says then depends on when it was, and may be no more than "unexpected error"
     */
    private boolean isOvertaken(Producer<byte[], byte[]> held, KafkaException failure) {
        if (failure instanceof ProducerFencedException || failure instanceof InvalidProducerEpochException) {
            giveBack(held);
            return true;
        }
        try {
            held.abortTransaction();
            return failure instanceof TransactionAbortableException;
        } catch (KafkaException | IllegalStateException e) {
            LOG.debug("nothing to give up, or nobody to tell so", e);
            giveBack(held);
            return !(failure instanceof TimeoutException || failure instanceof AuthorizationException);
        }
    }

    /** The other needs about as long as this round took: where Kafka is slow, who comes back sooner overtakes it in turn. */
    private void pause(int round, long tookNanos, long end, KafkaException overtaken) {
        long twice = Math.min(2 * tookNanos, (end - System.nanoTime()) / 2);
        int most = Math.max(Math.min(MOST_BACKOFF_MILLIS, LEAST_BACKOFF_MILLIS << Math.min(round + 1, 10)), (int)
                TimeUnit.NANOSECONDS.toMillis(twice));
        int millis = random.nextInt(LEAST_BACKOFF_MILLIS, most + 1);
        if (System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis) > end) {
            throw new TimeoutException("other control planes wrote all the time", overtaken);
        }
        try {
            if (closing.await(millis, TimeUnit.MILLISECONDS)) {
                throw new TimeoutException("the control plane is stopping and gave up the change", overtaken);
            }
        } catch (InterruptedException e) {
            throw new InterruptException("a change was interrupted", e);
        }
    }

    /** Finishes what is queued, within the time-out; what is left then is answered as not begun. */
    @Override
    public void close() {
        thread.shutdown();
        boolean finished = false;
        try {
            finished = thread.awaitTermination(timeout.toMillis(), TimeUnit.MILLISECONDS);
            closing.countDown();
            if (!finished) {
                for (Runnable left : thread.shutdownNow()) {
                    if (left instanceof Pending<?> pending) {
                        pending.abandon("the control plane is stopping and did not begin the change");
                    }
                }
                finished = thread.awaitTermination(1, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (finished && producer != null) {
            producer.close(Duration.ofSeconds(2));
        }
    }
}

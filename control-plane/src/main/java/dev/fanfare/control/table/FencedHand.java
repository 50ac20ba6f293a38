package dev.fanfare.control.table;

import dev.fanfare.runtime.kafka.CompactedTable;
import dev.fanfare.runtime.kafka.KafkaAnswer;
import dev.fanfare.runtime.kafka.KafkaConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
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
import org.apache.kafka.common.errors.RetriableException;
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
 * <p><b>Together.</b> A transaction costs some milliseconds, however much it writes. So changes that wait behind the next
 * one come along, up to {@value #MOST_TOGETHER}, as long as each is of another object and depends on nothing that the
 * others change. All are written, or none.
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
    /** How many changes one transaction holds at the most. */
    public static final int MOST_TOGETHER = 64;

    /** About what a change takes: who was overtaken lets the other finish. */
    private static final int LEAST_BACKOFF_MILLIS = 20;

    private static final int MOST_BACKOFF_MILLIS = 320;
    private static final int CATCH_UP_SHARE = 8;

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
     * @param subject  what is changed; two changes of one are never in one transaction
     * @param isAlone  whether the decision looks at more than its subject, so that it must see all changes before it; asked
     *                 on the hand's thread, when the tables have been read
     * @param decision made on the hand's thread, more than once where other processes write too; must not block
     */
    <T> CompletionStage<T> submit(String subject, BooleanSupplier isAlone, Supplier<PendingChange.Step<T>> decision) {
        PendingChange<T> pending = new PendingChange<>(subject, isAlone, decision, System.nanoTime(), this::changeFrom);
        try {
            thread.execute(pending);
        } catch (RejectedExecutionException e) {
            pending.abandon("too many changes are waiting for Kafka");
        }
        return pending.answer();
    }

    /** Makes a change, and those that wait right behind it. */
    private void changeFrom(PendingChange<?> first) {
        List<PendingChange<?>> group = new ArrayList<>();
        group.add(first);
        BlockingQueue<Runnable> queue = thread.getQueue();
        while (group.size() < MOST_TOGETHER && queue.peek() instanceof PendingChange<?> next && queue.remove(next)) {
            group.add(next);
        }
        // When Kafka is away the first in the queue waits for it, and those behind it don't wait again.
        long nowNanos = System.nanoTime();
        group.removeIf(change -> change.isTooLate(nowNanos - timeout.toNanos()));
        try {
            change(group);
        } catch (RuntimeException e) {
            group.forEach(left -> left.fail(e));
        }
    }

    /**
     * Makes changes in their order, in as few transactions as may be.
     *
     * @param left those without an answer yet; has the rest where this throws
     */
    private void change(List<PendingChange<?>> left) {
        long end = System.nanoTime() + timeout.toNanos();
        int most = MOST_TOGETHER;
        int round = 0;
        while (!left.isEmpty()) {
            long begun = System.nanoTime();
            Producer<byte[], byte[]> held = take();
            if (!catchUp()) {
                if (System.nanoTime() > end) {
                    throw new TimeoutException("the tables were not read to their ends in time");
                }
                giveBack(held);
                continue;
            }
            left.removeIf(PendingChange::hasLanded);
            try {
                List<PendingChange<?>> written = write(held, left, most);
                if (written.isEmpty()) {
                    continue;
                }
                written.forEach(PendingChange::isBeingCommitted);
                held.commitTransaction();
                written.forEach(PendingChange::succeed);
                left.removeAll(written);
            } catch (KafkaException e) {
                if (isOvertaken(held, e)) {
                    pause(round++, System.nanoTime() - begun, end, e);
                } else if (e instanceof RetriableException) {
                    throw e; // Kafka is away, for all of them
                } else if (most > 1) {
                    most = 1; // it may be one's own fault, such as a record that is too large: not the others'
                } else {
                    left.remove(0).fail(e);
                }
            }
        }
    }

    /**
     * Begins a transaction with the first of them that have something to write, and all that may be beside those.
     *
     * @param most how many may be in it
     * @return whose records are in it; none: no transaction was begun
     */
    private List<PendingChange<?>> write(Producer<byte[], byte[]> held, List<PendingChange<?>> left, int most) {
        Map<PendingChange<?>, List<ProducerRecord<byte[], byte[]>>> chosen = new LinkedHashMap<>();
        Set<String> subjects = new HashSet<>();
        for (PendingChange<?> next : List.copyOf(left)) {
            boolean isAlone = next.isAlone();
            if (!chosen.isEmpty() && (isAlone || subjects.contains(next.subject()))) {
                break;
            }
            List<ProducerRecord<byte[], byte[]>> records = next.decide();
            if (records == null) {
                left.remove(next);
                continue;
            }
            chosen.put(next, records);
            subjects.add(next.subject());
            if (isAlone || chosen.size() == most) {
                break;
            }
        }
        if (!chosen.isEmpty()) {
            send(held, chosen);
        }
        return List.copyOf(chosen.keySet());
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

    private void send(
            Producer<byte[], byte[]> held, Map<PendingChange<?>, List<ProducerRecord<byte[], byte[]>>> chosen) {
        held.beginTransaction();
        Map<PendingChange<?>, List<Future<RecordMetadata>>> sent = new LinkedHashMap<>();
        chosen.forEach((change, records) ->
                sent.put(change, records.stream().map(held::send).toList()));
        sent.forEach((change, records) -> {
            for (Future<RecordMetadata> one : records) {
                // the producer's own time-out comes first, and then the outcome is known; the last one's offset stays
                change.wasSent(KafkaAnswer.await(one, timeout.plusSeconds(1), "writing to the tables")
                        .offset());
            }
        });
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
                    if (left instanceof PendingChange<?> pending) {
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

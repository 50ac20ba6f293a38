package dev.fanfare.router;

import dev.fanfare.runtime.kafka.KafkaAnswer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to it that an event is routed with every subscription that was promised (201) before it was accepted, whoever
 * took either of them.
 *
 * <pre>
 * poll ─▶ ask: where does the subscriptions topic end now? ─▶ await: until our table has read that far ─▶ route
 * </pre>
 *
 * Whatever was acknowledged on the subscriptions topic before an event was appended lies before the end that the broker
 * tells after the event was polled (the read index of Raft, section 6.4 of Ongaro's thesis). It is one question a
 * batch, and mostly no wait but for the answer.
 *
 * <p>Each stream thread asks for itself: {@link #ask} and {@link #await} are called on the thread that polls and routes.
 */
final class ReadIndex {
    private static final Logger LOG = LoggerFactory.getLogger(ReadIndex.class);
    private static final Duration BACKOFF = Duration.ofMillis(100);

    /** The subscriptions as the broker has them, and as this process sees them. */
    interface View {
        /** Where the topic ends on the broker, by its high watermark. */
        CompletionStage<Long> endOffset();

        /** Waits until all before an offset is applied; false where the time ran out. */
        boolean awaitPosition(long offset, Duration timeout);
    }

    /** What one thread's present batch needs. Confined to that thread. */
    private static final class Batch {
        private CompletableFuture<Long> end;
        private boolean settled;

        Batch(CompletableFuture<Long> end) {
            this.end = end;
        }
    }

    private final View view;
    private final Duration timeout;
    private final RouterMetrics metrics;

    @SuppressWarnings("ThreadLocalUsage") // not static: two routers in one process have two tables
    private final ThreadLocal<@Nullable Batch> present = new ThreadLocal<>();

    ReadIndex(View view, Duration timeout, RouterMetrics metrics) {
        this.view = view;
        this.timeout = timeout;
        this.metrics = metrics;
    }

    /** Asks for the end, without waiting. Call it when a batch was polled. */
    void ask() {
        present.set(new Batch(question()));
    }

    /** Returns when the present batch may be routed. Gives up after the time-out, counted and logged. */
    void await() {
        Batch batch = present();
        if (!batch.settled) {
            settle(batch);
        }
    }

    /** The present batch: the same object until the next is asked for. */
    Object batch() {
        return present();
    }

    private Batch present() {
        Batch batch = present.get();
        if (batch == null) { // nobody asked after the poll: to ask now is late, but not wrong
            batch = new Batch(question());
            present.set(batch);
        }
        return batch;
    }

    private void settle(Batch batch) {
        long startNanos = System.nanoTime();
        long deadlineNanos = startNanos + timeout.toNanos();
        while (!isReached(batch.end, deadlineNanos)) {
            if (System.nanoTime() - deadlineNanos >= 0) {
                metrics.readIndexGivenUp();
                LOG.warn(
                        "events are routed with subscriptions that may be out of date: the topic's end was not read"
                                + " in time timeoutMillis={}",
                        timeout.toMillis());
                break;
            }
            batch.end = question();
        }
        batch.settled = true;
        metrics.readIndexWaited(System.nanoTime() - startNanos);
    }

    /** False where no answer came, or the answer was not reached in time. */
    private boolean isReached(CompletableFuture<Long> end, long deadlineNanos) {
        try {
            long offset = KafkaAnswer.await(end, left(deadlineNanos), "asking for the end of the subscriptions topic");
            return view.awaitPosition(offset, left(deadlineNanos));
        } catch (InterruptException e) {
            throw e;
        } catch (TimeoutException e) {
            LOG.debug("no answer yet", e);
            return false;
        } catch (KafkaException e) {
            LOG.warn("asking again where the subscriptions topic ends cause={}", e.toString());
            LockSupport.parkNanos(BACKOFF.toNanos());
            return false;
        }
    }

    private CompletableFuture<Long> question() {
        try {
            return view.endOffset().toCompletableFuture();
        } catch (KafkaException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private static Duration left(long deadlineNanos) {
        return Duration.ofNanos(Math.max(0, deadlineNanos - System.nanoTime()));
    }
}

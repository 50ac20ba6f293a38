package dev.fanfare.control.deadletter;

import dev.fanfare.contract.problem.Problem;
import dev.fanfare.contract.problem.ProblemException;
import dev.fanfare.contract.run.Run;
import dev.fanfare.control.deadletter.DeadLetterDesk.Action;
import dev.fanfare.retry.dead.DeadLetters;
import dev.fanfare.retry.dead.Outcome;
import dev.fanfare.retry.dead.RunListener;
import dev.fanfare.retry.dead.RunOrder;
import dev.fanfare.retry.run.RunBook;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The replays and discards that this process was asked for, one at work and the others in their turn.
 *
 * <pre>
 * begin ─▶ room for this tenant, and at all? ─▶ noted as running ─▶ its turn ─▶ done, failed
 *                       └─ no ─▶ 429, 503                              └ close ─▶ stopped
 * </pre>
 *
 * Safe from any thread.
 */
final class RunQueue implements AutoCloseable {
    /** Runs that have not ended, the one at work among them. */
    static final int MOST = 100;
    /** A tenth: whoever asks again and again takes the room from themselves, not from the others. */
    static final int MOST_OF_ONE = 10;

    private static final Logger LOG = LoggerFactory.getLogger(RunQueue.class);
    private static final String NEVER_BEGAN =
            "the control plane stopped before its turn came: nothing was moved, begin it anew";
    private static final String CUT_SHORT =
            "the control plane stopped: what was moved stands, begin another for the rest";
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(5);

    private final DeadLetters letters;
    private final RunBook book;
    private final Duration closeTimeout;
    private final ThreadPoolExecutor thread;
    /** How many of each tenant have not ended. Guarded by itself. */
    private final Map<String, Integer> unfinished = new HashMap<>();
    /** Nothing begins any more. Written under the lock of {@link #unfinished}. */
    private volatile boolean closing;
    /** What is at work ends, too. */
    private volatile boolean stopping;
    /** While it closes, Kafka didn't take how a run ended: it wouldn't take the others' ends either, each after a while. */
    private volatile boolean unheard;

    /** @param closeTimeout for how long the run that is at work may go on when it closes */
    RunQueue(DeadLetters letters, RunBook book, String name, Duration closeTimeout) {
        this.letters = letters;
        this.book = book;
        this.closeTimeout = closeTimeout;
        this.thread = new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), runnable -> {
            Thread created = new Thread(runnable, name);
            created.setDaemon(true);
            return created;
        });
    }

    /**
     * Notes a run and gives it a turn; returns when it is noted.
     *
     * @param order asked for once there is room
     * @throws ProblemException 429 where too many of the tenant wait, 503 where too many of all do: nothing is noted then
     */
    Run begin(Action action, String tenant, Supplier<RunOrder> order) {
        takePlace(tenant);
        boolean handedOver = false;
        try {
            RunOrder asked = order.get();
            book.write(asked.run(), "began");
            handOver(tenant, action, asked);
            handedOver = true;
            return asked.run();
        } finally {
            if (!handedOver) {
                leavePlace(tenant);
            }
        }
    }

    private void takePlace(String tenant) {
        synchronized (unfinished) {
            int own = unfinished.getOrDefault(tenant, 0);
            if (own >= MOST_OF_ONE) {
                throw new ProblemException(Problem.of(
                        429,
                        "too-many-runs",
                        "Too many runs",
                        "tenant '" + tenant + "' has " + own + " replays and discards of dead letters under way or"
                                + " waiting here: wait for one to end, or mean more by one"));
            }
            int all = unfinished.values().stream().mapToInt(Integer::intValue).sum();
            if (closing || all >= MOST) {
                throw unavailable();
            }
            unfinished.put(tenant, own + 1);
        }
    }

    private void leavePlace(String tenant) {
        synchronized (unfinished) {
            unfinished.computeIfPresent(tenant, (same, own) -> own == 1 ? null : own - 1);
        }
    }

    private static ProblemException unavailable() {
        return new ProblemException(Problem.of(
                503,
                "unavailable",
                "Temporarily unavailable",
                "too many runs are waiting here, or the process is stopping: nothing was moved, try again"));
    }

    private void handOver(String tenant, Action action, RunOrder order) {
        try {
            thread.execute(() -> {
                try {
                    work(action, order);
                } finally {
                    leavePlace(tenant);
                }
            });
        } catch (RejectedExecutionException e) {
            end(order, Run.State.STOPPED, Outcome.of(order.run()), NEVER_BEGAN);
            throw unavailable();
        }
    }

    /** Why a run ends before its end: the process does. */
    private static final class Stopped extends RuntimeException {
        Stopped() {
            super("stopped", null, false, false);
        }
    }

    /** Keeps what was committed, and looks whether to stop. Confined to the run's thread. */
    private final class Following implements RunListener {
        private Outcome soFar;

        Following(Outcome begin) {
            this.soFar = begin;
        }

        @Override
        public void scanned(long offsets, long total) {
            look();
        }

        @Override
        public void committed(Outcome outcome) {
            soFar = outcome;
            look();
        }

        private void look() {
            if (stopping) {
                throw new Stopped();
            }
        }
    }

    private void work(Action action, RunOrder order) {
        Run run = order.run();
        if (closing) {
            unheard = unheard || !end(order, Run.State.STOPPED, Outcome.of(run), NEVER_BEGAN);
            return;
        }
        Following following = new Following(Outcome.of(run));
        try {
            Outcome outcome =
                    switch (action) {
                        case REPLAY -> letters.replay(order, following);
                        case DISCARD -> letters.discard(order, following);
                    };
            book.write(run.at(Run.State.DONE, outcome.counts(run), order.clock().millis(), null), "done");
            LOG.info("run done run={} kind={} moved={}", run.id(), run.kind(), outcome.moved());
        } catch (RuntimeException e) {
            if (stopping) {
                // the word of it is to be written still
                boolean interrupted = Thread.interrupted();
                LOG.debug("run stopped run={} interrupted={}", run.id(), interrupted, e);
                end(order, Run.State.STOPPED, following.soFar, CUT_SHORT);
                return;
            }
            LOG.warn("run failed, what it did stands run={} kind={} cause={}", run.id(), run.kind(), e.toString());
            end(order, Run.State.FAILED, following.soFar, e.toString());
        }
    }

    /** Returns whether it is noted. */
    private boolean end(RunOrder order, Run.State state, Outcome outcome, String why) {
        Run run = order.run();
        try {
            book.write(
                    run.at(state, outcome.counts(run), order.clock().millis(), why),
                    state == Run.State.STOPPED ? "was stopped" : "failed");
            return true;
        } catch (KafkaException told) {
            LOG.warn("how the run ended can't be written run={} cause={}", run.id(), told.toString());
            return false;
        }
    }

    /**
     * Lets the run that is at work come to its end, for a while, and stops it then. Those that wait are stopped at once: they
     * have moved nothing.
     */
    @Override
    public void close() {
        synchronized (unfinished) {
            closing = true;
        }
        thread.shutdown();
        List<Runnable> waiting = new ArrayList<>();
        thread.getQueue().drainTo(waiting);
        waiting.forEach(Runnable::run);
        try {
            if (!thread.awaitTermination(closeTimeout.toMillis(), TimeUnit.MILLISECONDS)) {
                stopping = true;
                thread.shutdownNow();
                if (!thread.awaitTermination(STOP_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
                    LOG.debug("a run is still at work");
                }
            }
        } catch (InterruptedException e) {
            stopping = true;
            thread.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}

package dev.fanfare.runtime.session;

import dev.fanfare.runtime.lifecycle.Readiness;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has a thread of its own, on which one session follows the other.
 *
 * <pre>
 * open ─▶ begin ─▶ step, step, step … ── fails ─▶ close ─▶ pause ─▶ open …
 * </pre>
 *
 * <p>A session that fails, for whatever reason, is replaced by a new one; that is told once, and once more when it is
 * over. Thread-safe.
 */
public final class SessionLoop implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SessionLoop.class);
    private static final long PAUSE_MILLIS = 1_000;

    private final String work;
    private final String whenFenced;
    private final String instanceId;
    private final Duration drainTimeout;
    private final Supplier<Session> sessions;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread;
    private volatile @Nullable Session current;
    private volatile Readiness readiness;

    /**
     * Prepares a loop; {@link #start} begins.
     *
     * @param work         what is done, as it stands in log lines: {@code relaying}
     * @param whenFenced   what it means that another process took over, and what to do about it
     * @param drainTimeout how long a close waits for the turn under way
     * @param sessions     opens the next one
     */
    public SessionLoop(
            String work, String whenFenced, String instanceId, Duration drainTimeout, Supplier<Session> sessions) {
        this.work = work;
        this.whenFenced = whenFenced;
        this.instanceId = instanceId;
        this.drainTimeout = drainTimeout;
        this.sessions = sessions;
        this.readiness = Readiness.notReady(work + ": " + Session.NOT_JOINED);
        this.thread = new Thread(this::run, "fanfare-" + work);
        thread.setDaemon(true);
    }

    /** Starts its thread and returns. */
    public void start() {
        thread.start();
    }

    /** Whether it is a member of its group and has no trouble. */
    public Readiness readiness() {
        return thread.getState() == Thread.State.TERMINATED
                ? Readiness.notReady(work + ": its thread has ended")
                : readiness;
    }

    /** That its thread has ended though nobody told it to; null where it hasn't. */
    public @Nullable String fault() {
        return thread.getState() == Thread.State.TERMINATED && !isClosing()
                ? work + ": its thread has ended, see the log for why"
                : null;
    }

    /** Finishes the turn under way and leaves the group. Safe to call twice. */
    @Override
    public void close() {
        closing.countDown();
        Session session = current;
        if (session != null) {
            session.wakeUp();
        }
        try {
            thread.join(drainTimeout.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (thread.isAlive()) {
            LOG.warn("{} did not end in time, its transaction will be aborted timeout={}", work, drainTimeout);
        }
    }

    private void run() {
        boolean troubled = false;
        while (!isClosing()) {
            try (Session session = sessions.get()) {
                current = session;
                session.begin();
                while (!isClosing()) {
                    session.step();
                    if (troubled && session.isProven()) {
                        LOG.info("{} again instance={}", work, instanceId);
                        troubled = false;
                    }
                    if (!troubled) {
                        String waitsFor = session.waitsFor();
                        readiness = waitsFor == null ? Readiness.READY : Readiness.notReady(work + ": " + waitsFor);
                    }
                }
            } catch (WakeupException e) {
                LOG.debug("closing work={} instance={}", work, instanceId);
            } catch (RuntimeException e) {
                if (!isClosing()) {
                    readiness = Readiness.notReady(work + " fails: " + e.getMessage());
                    if (!troubled) {
                        tell(e);
                    }
                    troubled = true;
                    pause();
                }
            }
        }
    }

    private void tell(RuntimeException e) {
        if (e instanceof ProducerFencedException) {
            LOG.warn("{} stopped, trying again: {} instance={}", work, whenFenced, instanceId);
        } else if (e instanceof KafkaException) {
            LOG.warn("{} stopped, trying again instance={} cause={}", work, instanceId, e.toString());
        } else {
            LOG.error("{} stopped by a fault of ours, trying again instance={}", work, instanceId, e);
        }
    }

    private boolean isClosing() {
        return closing.getCount() == 0;
    }

    private void pause() {
        try {
            if (closing.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS)) {
                LOG.debug("closing work={} instance={}", work, instanceId);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

package dev.fanfare.control;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Does what is to be looked after from time to time, one after the other on one thread. What fails is tried again. */
final class Rounds implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Rounds.class);

    private final ScheduledExecutorService thread;

    Rounds(String name) {
        this.thread = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread created = new Thread(task, name);
            created.setDaemon(true);
            return created;
        });
    }

    /** Begins to look after something. */
    void every(Duration pause, String what, Runnable look) {
        Future<?> unused = thread.scheduleWithFixedDelay(
                () -> go(what, look), pause.toMillis(), pause.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static void go(String what, Runnable look) {
        try {
            look.run();
        } catch (KafkaException e) {
            LOG.warn("looking after {} failed, trying again cause={}", what, e.toString());
        } catch (RuntimeException e) {
            LOG.error("nobody looks after {} for now, trying again", what, e);
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
        try {
            if (!thread.awaitTermination(5, TimeUnit.SECONDS)) {
                LOG.warn("what is looked after from time to time did not end in time");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

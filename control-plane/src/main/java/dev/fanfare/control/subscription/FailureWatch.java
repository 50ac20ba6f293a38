package dev.fanfare.control.subscription;

import dev.fanfare.contract.run.Actor;
import dev.fanfare.contract.subscription.Subscription;
import dev.fanfare.control.attempt.AttemptIndex;
import dev.fanfare.control.attempt.Streak;
import dev.fanfare.control.subscription.SubscriptionWriter.Change;
import dev.fanfare.runtime.kafka.CompactedTable.Row;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Disables subscriptions whose endpoints did nothing but fail for a long time.
 *
 * <pre>
 * every minute: read attempts to their end ─▶ streaks of failures ─▶ long enough? ─▶ writer: still called for? ─▶ state disabled
 * </pre>
 *
 * <p>Every instance does so, from its own index, and comes to the same, for attempts alone decide; the second one to write
 * finds it done. An attempt that a dispatcher has yet to commit isn't known to anybody: should it be a success, then it
 * is one after the time was over.
 */
public final class FailureWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FailureWatch.class);
    private static final Actor SELF = new Actor("Fanfare, for its endpoint did nothing but fail", null, null);
    private static final Duration MOST_BETWEEN = Duration.ofMinutes(1);
    private static final Duration CATCH_UP = Duration.ofSeconds(10);

    private final AttemptIndex attempts;
    private final SubscriptionIndex index;
    private final SubscriptionWriter writer;
    private final Duration longest;
    private final Clock clock;
    private final ScheduledExecutorService thread;

    /**
     * Over parts that stay the caller's.
     *
     * @param longest so long an endpoint may fail; zero: forever
     */
    public FailureWatch(
            AttemptIndex attempts,
            SubscriptionIndex index,
            SubscriptionWriter writer,
            Duration longest,
            Clock clock,
            String clientId) {
        this.attempts = attempts;
        this.index = index;
        this.writer = writer;
        this.longest = longest;
        this.clock = clock;
        this.thread = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread created = new Thread(task, clientId + "-failures");
            created.setDaemon(true);
            return created;
        });
    }

    /** Begins to look. */
    public void start() {
        if (!longest.isZero()) {
            long between = Math.max(1, Math.min(MOST_BETWEEN.toMillis(), longest.toMillis() / 10));
            thread.scheduleWithFixedDelay(this::look, between, between, TimeUnit.MILLISECONDS);
        }
    }

    private void look() {
        try {
            List<Streak> candidates = List.of();
            if (attempts.catchUp(CATCH_UP)) {
                candidates = attempts.failing().stream()
                        .filter(streak -> streak.lastMillis() - streak.sinceMillis() >= longest.toMillis())
                        .toList();
            }
            for (Streak streak : candidates) {
                heed(streak);
            }
        } catch (KafkaException e) {
            LOG.warn("looking for endpoints that only fail failed, trying again cause={}", e.toString());
        } catch (RuntimeException e) {
            LOG.error("endpoints that only fail are not disabled for now, trying again", e);
        }
    }

    private void heed(Streak streak) {
        Row<Subscription> known = index.get(streak.tenant(), streak.subscription());
        if (known == null || !Disabling.isCalledFor(streak, longest, known.value())) {
            return;
        }
        try {
            SubscriptionWriter.Outcome outcome = writer.submit(
                            streak.tenant(),
                            streak.subscription(),
                            SELF,
                            current -> current == null || !Disabling.isCalledFor(streak, longest, current.value())
                                    ? new Change.Keep()
                                    : new Change.Put(Disabling.failing(current.value(), streak, clock.millis())))
                    .toCompletableFuture()
                    .join();
            if (!Objects.equals(outcome.before(), outcome.after())) {
                LOG.info(
                        "subscription disabled tenant={} id={} cause=failing failures={}",
                        streak.tenant(),
                        streak.subscription(),
                        streak.failures());
            }
        } catch (CompletionException e) {
            LOG.warn(
                    "disabling failed, trying again tenant={} id={} cause={}",
                    streak.tenant(),
                    streak.subscription(),
                    String.valueOf(e.getCause()));
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
        try {
            if (!thread.awaitTermination(5, TimeUnit.SECONDS)) {
                LOG.warn("looking for endpoints that only fail did not end in time");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

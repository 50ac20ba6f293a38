package dev.fanfare.control.subscription;

import dev.fanfare.contract.run.Actor;
import dev.fanfare.contract.subscription.Subscription;
import dev.fanfare.control.attempt.AttemptIndex;
import dev.fanfare.control.attempt.AttemptQuery;
import dev.fanfare.control.attempt.Streak;
import dev.fanfare.control.subscription.SubscriptionWriter.Change;
import dev.fanfare.runtime.kafka.CompactedTable.Row;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Disables subscriptions whose endpoints did nothing but fail for a long time.
 *
 * <pre>
 * each round: read attempts to their end ─▶ streaks of failures ─▶ long enough? ─▶ writer: still called for? ─▶ state disabled
 * </pre>
 *
 * <p>Every instance does so, from its own index, and comes to the same, for attempts alone decide; the second one to write
 * finds it done. An attempt that a dispatcher has yet to commit isn't known to anybody: should it be a success, then it
 * is one after the time was over.
 */
public final class FailureWatch {
    private static final Logger LOG = LoggerFactory.getLogger(FailureWatch.class);
    private static final Actor SELF = new Actor("Fanfare, for its endpoint did nothing but fail", null, null);
    private static final Duration CATCH_UP = Duration.ofSeconds(10);
    private static final int MOST_LOOKED_AT = 100;

    private final AttemptIndex attempts;
    private final SubscriptionIndex index;
    private final SubscriptionWriter writer;
    private final Duration usual;
    private final Clock clock;

    /**
     * Over parts that stay the caller's.
     *
     * @param usual so long an endpoint may fail whose subscription says nothing of its own; zero: forever
     */
    public FailureWatch(
            AttemptIndex attempts, SubscriptionIndex index, SubscriptionWriter writer, Duration usual, Clock clock) {
        this.attempts = attempts;
        this.index = index;
        this.writer = writer;
        this.usual = usual;
        this.clock = clock;
    }

    /** Looks once. Waits for Kafka. */
    public void look() {
        if (candidates().isEmpty() || !attempts.catchUp(CATCH_UP)) {
            return;
        }
        candidates().forEach(this::heed);
    }

    private List<Streak> candidates() {
        return attempts.failing().stream()
                .filter(streak -> {
                    Row<Subscription> known = index.get(streak.tenant(), streak.subscription());
                    return known != null
                            && Disabling.isCalledFor(streak, usual, known.value())
                            && isProven(streak, known.value());
                })
                .toList();
    }

    /**
     * Whether what failed since its last change is enough by itself. Where it was changed within a streak, what failed
     * before says nothing about it as it is now: one failure after a quiet week must not disable what was mended.
     */
    private boolean isProven(Streak streak, Subscription current) {
        long changed = current.updatedAtMillis();
        if (streak.sinceMillis() >= changed) {
            return true;
        }
        AttemptQuery since = AttemptQuery.of(streak.tenant())
                .subscription(streak.subscription())
                .since(changed);
        long begun = streak.lastMillis() - Disabling.longest(current, usual).toMillis();
        return failures(since, streak.lastMillis()) >= Disabling.LEAST_FAILURES
                && failures(since.until(begun + 1), begun) > 0;
    }

    private long failures(AttemptQuery query, long endedBy) {
        return attempts.failures(query, MOST_LOOKED_AT).stream()
                .filter(attempt ->
                        Streak.isFailure(attempt) && attempt.startedAtMillis() + attempt.durationMillis() <= endedBy)
                .count();
    }

    private void heed(Streak streak) {
        try {
            SubscriptionWriter.Outcome outcome = writer.submit(
                            streak.tenant(),
                            streak.subscription(),
                            SELF,
                            current -> current == null || !Disabling.isCalledFor(streak, usual, current.value())
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
}

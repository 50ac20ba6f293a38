package dev.fanfare.retry.plan;

import dev.fanfare.contract.delivery.Progress;
import dev.fanfare.contract.delivery.Verdict;
import dev.fanfare.contract.topic.Tier;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decides where a delivery goes that was not delivered: how long it waits, in which tier it begins to wait, or that it
 * is dead.
 *
 * <pre>
 * failed attempt n ─▶ schedule has an nth delay? ── no ──▶ dead: exhausted
 *                      │ yes                                  ▲
 *                      ▼                                      │
 *                     older than the maximum age? ── yes ─▶ dead: expired
 *                      │ no
 *                      ▼
 *                     wait max(nth delay, Retry-After)
 * </pre>
 *
 * <p>Age is looked at when the decision is made, so an endpoint that asks for a day's rest gets it: the attempt after
 * the wait is the last. Immutable, safe from any thread.
 */
public final class RetryPlanner {
    /** The maximum age of a delivery where nothing else is configured. */
    public static final Duration DEFAULT_MAX_AGE = Duration.ofHours(24);
    /** The longest that a {@code Retry-After}, or a full lane, makes a delivery wait at once. */
    public static final Duration LONGEST_ASKED_WAIT = Duration.ofHours(24);

    private final List<Tier> ascending;
    private final long maxAgeMillis;

    /**
     * Plans over a set of tiers.
     *
     * @param tiers  at least one, in any order
     * @param maxAge counted from the start of the current schedule; more than zero
     */
    public RetryPlanner(List<Tier> tiers, Duration maxAge) {
        if (tiers.isEmpty()) {
            throw new IllegalArgumentException("at least one retry tier is needed, such as 1m");
        }
        if (maxAge.isZero() || maxAge.isNegative()) {
            throw new IllegalArgumentException("the maximum age of a delivery must be more than zero, such as 24h");
        }
        this.ascending =
                tiers.stream().sorted(Comparator.comparing(Tier::delay)).toList();
        this.maxAgeMillis = maxAge.toMillis();
    }

    /**
     * After a failed attempt.
     *
     * @param progress   counts that attempt already
     * @param schedule   the delays after the first, second, … failed attempt
     * @param retryAfter what the endpoint asked for, if it did; raises the delay, never lowers it, and counts for
     *                   {@link #LONGEST_ASKED_WAIT} at most
     */
    public NextStep afterFailure(
            Progress progress, List<Duration> schedule, @Nullable Duration retryAfter, long nowMillis) {
        int failed = Math.max(1, progress.attempts());
        if (failed > schedule.size()) {
            return new NextStep.Dead(Verdict.EXHAUSTED);
        }
        if (isExpired(progress, nowMillis)) {
            return new NextStep.Dead(Verdict.EXPIRED);
        }
        Duration delay = schedule.get(failed - 1);
        return retryAfter == null ? wait(delay) : wait(longer(delay, asked(retryAfter)));
    }

    /**
     * For a delivery that was not attempted, because its lane is full or its endpoint's breaker open. That is not an
     * attempt: only age ends it.
     *
     * @param wait until the lane's next free slot; counts for {@link #LONGEST_ASKED_WAIT} at most
     */
    public NextStep afterDeferral(Progress progress, Duration wait, long nowMillis) {
        return isExpired(progress, nowMillis) ? new NextStep.Dead(Verdict.EXPIRED) : wait(asked(wait));
    }

    private boolean isExpired(Progress progress, long nowMillis) {
        long startedAtMillis = progress.scheduleStartedAtMillis();
        return startedAtMillis != 0 && nowMillis - startedAtMillis >= maxAgeMillis;
    }

    private NextStep wait(Duration delay) {
        Duration positive = longer(delay, Duration.ZERO);
        return new NextStep.Wait(TierChoice.of(ascending, positive).topic(), positive);
    }

    private static Duration asked(Duration wait) {
        return wait.compareTo(LONGEST_ASKED_WAIT) > 0 ? LONGEST_ASKED_WAIT : wait;
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) >= 0 ? one : other;
    }
}

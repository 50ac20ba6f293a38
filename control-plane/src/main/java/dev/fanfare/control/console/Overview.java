package dev.fanfare.control.console;

import dev.fanfare.contract.subscription.Subscription;
import dev.fanfare.control.attempt.AttemptIndex;
import dev.fanfare.control.attempt.AttemptQuery;
import dev.fanfare.control.attempt.Tally;
import dev.fanfare.control.deadletter.DeadLetterCount.Known;
import dev.fanfare.control.pipeline.Backlog;
import dev.fanfare.control.pipeline.Lookout.Found;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the overview page of one tenant shows, in the words and figures that it shows. The templates only place it.
 *
 * @param subscriptions     the first of them by id
 * @param subscriptionCount how many there are
 * @param delivered         how many of the attempts within {@link #WINDOW} were answered 2xx
 * @param retrying          how many of them failed and will be tried again
 * @param failed            how many of them ended a delivery without success
 * @param rate              of attempts within {@link #WINDOW}, in words
 * @param dead              dead letters outstanding, in words
 * @param deadTone          how that is coloured; null where it isn't
 * @param deadCounted       when they were counted
 * @param p50               how long half of the exchanges took at most
 * @param hour              the last hour by the minute
 * @param attempts          the newest
 * @param broken            endpoints that are left alone for a while, the latest first
 * @param waiting           what waits in the pipeline, of all tenants; empty where that is not for the visitor
 * @param waitingCounted    when that was counted
 * @param behind            how many attempts the index has yet to read
 */
public record Overview(
        String tenant,
        List<SubscriptionRow> subscriptions,
        int subscriptionCount,
        long delivered,
        long retrying,
        long failed,
        String rate,
        String dead,
        @Nullable String deadTone,
        String deadCounted,
        String p50,
        String p99,
        Plot hour,
        List<AttemptRow> attempts,
        List<Broken> broken,
        List<Waiting> waiting,
        String waitingCounted,
        long behind) {
    /**
     * An endpoint that is left alone for a while.
     *
     * @param why what its last attempt came to
     */
    public record Broken(String subscription, String since, String why) {}

    /** What waits in one place. */
    public record Waiting(
            String where, String count, @Nullable String tone) {}

    /** How far back the counts reach. */
    public static final Duration WINDOW = Duration.ofMinutes(5);

    private static final int MOST_SUBSCRIPTIONS = 50;

    private static final int MOST_ATTEMPTS = 30;
    private static final long MINUTE_MILLIS = Duration.ofMinutes(1).toMillis();
    private static final int MINUTES = 60;
    /** So far behind is every index now and then. */
    private static final long BEHIND = 10_000;

    /** Puts the page's content together. Reads from the disk. */
    static Overview of(String tenant, Parts parts, boolean isForOperators, long nowMillis) {
        List<Subscription> subscriptions = parts.subscriptions().page(tenant, "", MOST_SUBSCRIPTIONS);
        AttemptIndex attempts = parts.attempts();
        Known dead = parts.deadLetterCount().of(tenant);
        Found<List<Backlog.Part>> backlog = isForOperators ? parts.backlog().latest() : null;
        var counted = attempts.minutes(tenant, nowMillis - MINUTES * MINUTE_MILLIS, nowMillis + 1);
        Tally recent = new Tally();
        counted.tailMap(nowMillis - WINDOW.toMillis(), true).values().forEach(recent::add);
        long all = recent.delivered() + recent.retrying() + recent.givenUp();
        boolean none = all == 0;
        return new Overview(
                tenant,
                subscriptions.stream()
                        .map(subscription -> SubscriptionRow.of(subscription, attempts, nowMillis))
                        .toList(),
                parts.subscriptions().count(tenant),
                recent.delivered(),
                recent.retrying(),
                recent.givenUp(),
                none ? "–" : Display.rate(all, WINDOW),
                dead == null ? "…" : Display.number(dead.count()),
                dead == null || dead.count() == 0 ? null : "bad",
                dead == null ? "being counted" : "at " + Display.time(dead.atMillis(), nowMillis),
                none ? "–" : Display.duration(recent.percentileMillis(0.5)),
                none ? "–" : Display.duration(recent.percentileMillis(0.99)),
                Plot.of(counted, nowMillis, MINUTE_MILLIS, MINUTES),
                attempts.find(AttemptQuery.of(tenant), null, MOST_ATTEMPTS).attempts().stream()
                        .map(attempt -> AttemptRow.of(attempt, nowMillis))
                        .toList(),
                parts.breakers().openOf(tenant).stream()
                        .map(signal -> new Broken(
                                signal.subscription(), Display.time(signal.atMillis(), nowMillis), signal.detail()))
                        .toList(),
                backlog == null
                        ? List.of()
                        : backlog.value().stream().map(Overview::waiting).toList(),
                backlog == null ? "" : "at " + Display.time(backlog.atMillis(), nowMillis),
                attempts.behind() > BEHIND ? attempts.behind() : 0);
    }

    private static Waiting waiting(Backlog.Part part) {
        return new Waiting(part.where(), Display.number(part.count()), part.count() == 0 ? "quiet" : null);
    }
}

package dev.fanfare.control.console;

import dev.fanfare.contract.run.EventReplay;
import dev.fanfare.contract.run.Run;
import dev.fanfare.contract.subscription.Subscription;
import dev.fanfare.contract.subscription.Subscription.State;
import dev.fanfare.control.attempt.AttemptIndex;
import dev.fanfare.control.attempt.AttemptQuery;
import dev.fanfare.control.attempt.Tally;
import dev.fanfare.control.insight.Diagnosis;
import dev.fanfare.control.insight.Health;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What the page of one subscription shows.
 *
 * @param health   what its attempts say, in words
 * @param day      the last day by the quarter of an hour
 * @param failures of the last day, the most frequent first
 * @param attempts the newest
 * @param replays  of events, the newest first
 */
public record SubscriptionPage(
        Subscription subscription,
        String state,
        String tone,
        Health health,
        String healthTone,
        Plot day,
        List<Failure> failures,
        List<AttemptRow> attempts,
        List<Replay> replays) {
    private static final Duration DAY = Duration.ofDays(1);
    private static final Duration STEP = Duration.ofMinutes(15);
    private static final int MOST_ATTEMPTS = 50;
    private static final int MOST_REPLAYS = 5;

    /** How often requests failed in one way. */
    public record Failure(String what, String count) {}

    /** A replay of events. */
    public record Replay(String id, String state, String tone, String text) {}

    /** Whether its events are sent. */
    public boolean isActive() {
        return subscription.state() == State.ACTIVE;
    }

    /** Whether its events are kept. */
    public boolean isPaused() {
        return subscription.state() == State.PAUSED;
    }

    /** What it is sent and how often, in words. */
    public String wants() {
        List<String> schedule = subscription.retry().schedule();
        List<String> types = subscription.eventTypes();
        return (types.equals(List.of("*")) ? "Wants every event; " : "Wants " + String.join(", ", types) + "; ")
                + (schedule.isEmpty() ? "tried once" : "tried again after " + String.join(", ", schedule)) + ".";
    }

    /** Reads from the disk. */
    static SubscriptionPage of(
            Subscription subscription, AttemptIndex attempts, Stream<Run> runs, boolean failuresOnly, long nowMillis) {
        String tenant = subscription.tenant();
        var counted = attempts.fiveMinutes(tenant, subscription.id(), nowMillis - DAY.toMillis(), nowMillis + 1);
        Tally day = new Tally();
        counted.values().forEach(day::add);
        Health health = Diagnosis.of(attempts, subscription, nowMillis);
        AttemptQuery mine = AttemptQuery.of(tenant).subscription(subscription.id());
        return new SubscriptionPage(
                subscription,
                SubscriptionRow.state(subscription.state()),
                SubscriptionRow.tone(subscription.state()),
                health,
                tone(health.level()),
                Plot.of(counted, nowMillis, STEP.toMillis(), (int) (DAY.toMillis() / STEP.toMillis())),
                day.failures().entrySet().stream()
                        .sorted(Map.Entry.<Integer, Long>comparingByValue().reversed())
                        .map(entry -> new Failure(
                                entry.getKey() == 0
                                        ? "no answer"
                                        : entry.getKey().toString(),
                                Display.number(entry.getValue())))
                        .toList(),
                (failuresOnly
                                ? attempts.failures(mine, MOST_ATTEMPTS)
                                : attempts.find(mine, null, MOST_ATTEMPTS).attempts())
                        .stream()
                                .map(attempt -> AttemptRow.of(attempt, nowMillis))
                                .toList(),
                runs.sorted(Comparator.comparing(Run::id).reversed())
                        .limit(MOST_REPLAYS)
                        .map(run -> replay(run, nowMillis))
                        .toList());
    }

    private static Replay replay(Run run, long nowMillis) {
        return new Replay(
                run.id(),
                run.state().text(),
                Display.tone(run.state()),
                String.format(
                        Locale.ROOT,
                        "begun %s, %,d of %,d events sent%s",
                        Display.time(run.startedAtMillis(), nowMillis),
                        run.count(EventReplay.SENT),
                        run.count(EventReplay.SCANNED),
                        run.error() == null ? "" : ": " + run.error()));
    }

    private static String tone(Health.Level level) {
        return switch (level) {
            case GOOD -> "good";
            case WARNING -> "waiting";
            case FAILING -> "bad";
            case IDLE, STOPPED -> "quiet";
        };
    }
}

package dev.fanfare.control.insight;

import dev.fanfare.contract.DurationText;
import dev.fanfare.contract.subscription.Subscription;
import dev.fanfare.control.attempt.Tally;
import dev.fanfare.control.insight.Health.Suggested;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What would suit an endpoint better, from what was counted of it by five minutes: a schedule that outlasts its longest
 * outage, and a rate that it took while it asked to slow down. Pure.
 */
final class Suggesting {
    private static final Duration SLOT = Duration.ofMinutes(5);
    private static final Duration MOST = Duration.ofHours(24);
    /** No outage: the endpoint is there, and refuses what the event says. */
    private static final Set<Integer> REFUSALS = Set.of(400, 410, 413, 422);

    private static final int SLOW_DOWN = 429;
    private static final int FEW = 3;
    private static final double SHARE_OF_RATE = 0.9;
    private static final double OUTLAST = 1.5;

    /** Doubling about, as outages do. */
    private static final List<String> LADDER = List.of("1m", "5m", "15m", "30m", "1h", "2h", "4h", "8h", "8h");

    private Suggesting() {}

    /** Null: all is as it should be, or nothing is known. */
    static @Nullable Suggested of(Subscription subscription, NavigableMap<Long, Tally> fiveMinutes) {
        List<String> because = new ArrayList<>();
        List<String> schedule = schedule(subscription, fiveMinutes, because);
        Double perSecond = perSecond(subscription, fiveMinutes, because);
        return because.isEmpty() ? null : new Suggested(schedule, perSecond, because);
    }

    private static @Nullable List<String> schedule(
            Subscription subscription, NavigableMap<Long, Tally> slots, List<String> because) {
        int outages = 0;
        Duration longest = Duration.ZERO;
        Long since = null;
        for (Map.Entry<Long, Tally> slot : slots.entrySet()) {
            if (slot.getValue().delivered() > 0) {
                since = null;
            } else if (isAway(slot.getValue())) {
                if (since == null) {
                    since = slot.getKey();
                    outages++;
                }
                Duration length = Duration.ofMillis(slot.getKey() - since).plus(SLOT);
                longest = length.compareTo(longest) > 0 ? length : longest;
            }
        }
        Duration span = sum(subscription.retry().delays());
        Duration wanted = Duration.ofMillis((long) (longest.toMillis() * OUTLAST));
        if (outages == 0 || span.compareTo(wanted) >= 0 || span.compareTo(MOST) >= 0) {
            return null;
        }
        List<String> schedule = new ArrayList<>();
        for (String delay : LADDER) {
            if (sum(schedule.stream().map(DurationText::parse).toList()).compareTo(wanted) < 0) {
                schedule.add(delay);
            }
        }
        Duration reached = sum(schedule.stream().map(DurationText::parse).toList());
        if (reached.compareTo(span) <= 0) {
            return null;
        }
        because.add("In the last days it was away " + (outages == 1 ? "once" : outages + " times") + ", for "
                + DurationText.format(longest) + " at the longest. Its schedule is over after "
                + DurationText.format(span) + ", so what comes then becomes a dead letter; "
                + String.join(", ", schedule)
                + (reached.compareTo(longest) > 0
                        ? " outlasts it."
                        : " goes on for " + DurationText.format(reached)
                                + ", nearly the day after which a delivery is given up by default."));
        return schedule;
    }

    private static boolean isAway(Tally tally) {
        return tally.failures().keySet().stream().anyMatch(status -> !REFUSALS.contains(status));
    }

    private static Duration sum(List<Duration> delays) {
        return delays.stream().reduce(Duration.ZERO, Duration::plus);
    }

    private static @Nullable Double perSecond(
            Subscription subscription, NavigableMap<Long, Tally> slots, List<String> because) {
        List<Long> taken = slots.values().stream()
                .filter(tally -> tally.failures().containsKey(SLOW_DOWN) && tally.delivered() > 0)
                .map(Tally::delivered)
                .sorted()
                .toList();
        if (taken.size() < FEW) {
            return null;
        }
        double took = taken.get(taken.size() / 2) / (double) SLOT.toSeconds();
        double rate = Math.max(0.01, Math.floor(took * SHARE_OF_RATE * 100) / 100);
        if (subscription.rateLimit() != null && subscription.rateLimit().perSecond() <= rate) {
            return null;
        }
        because.add(String.format(
                Locale.ROOT,
                "In %d stretches of five minutes it answered 429, and took %.2f a second in the middle one of them: a"
                        + " rateLimit of %.2f keeps below that, and what is more waits here.",
                taken.size(),
                took,
                rate));
        return rate;
    }
}

package dev.fanfare.control.console;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fanfare.contract.subscription.Subscription;
import dev.fanfare.contract.subscription.Subscription.State;
import dev.fanfare.control.attempt.AttemptIndex;
import dev.fanfare.control.attempt.AttemptQuery;
import dev.fanfare.control.attempt.Tally;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One subscription in a list.
 *
 * @param filters     as JSON, cut where they are long; null where there are none
 * @param tone        of its state
 * @param success     how much of the last hour's requests was delivered, in words; empty where nothing was sent
 * @param successTone how that is coloured
 * @param last        its newest attempt; null where there is none
 */
public record SubscriptionRow(
        String id,
        String url,
        String eventTypes,
        @Nullable String filters,
        String state,
        String tone,
        @Nullable String stateReason,
        @Nullable String description,
        String success,
        String successTone,
        @Nullable AttemptRow last) {
    private static final int MOST_TYPES = 4;
    private static final int MOST_OF_FILTERS = 200;
    private static final Duration HOUR = Duration.ofHours(1);

    /** Reads from the disk. */
    static SubscriptionRow of(Subscription subscription, AttemptIndex attempts, long nowMillis) {
        Tally hour = new Tally();
        attempts.fiveMinutes(subscription.tenant(), subscription.id(), nowMillis - HOUR.toMillis(), nowMillis + 1)
                .values()
                .forEach(hour::add);
        long failed =
                hour.failures().values().stream().mapToLong(Long::longValue).sum();
        long all = hour.delivered() + failed;
        List<String> types = subscription.eventTypes();
        String text = String.join(", ", types.subList(0, Math.min(MOST_TYPES, types.size())))
                + (types.size() > MOST_TYPES ? " and " + (types.size() - MOST_TYPES) + " more" : "");
        return new SubscriptionRow(
                subscription.id(),
                subscription.url().toString(),
                text,
                filters(subscription.filters()),
                state(subscription.state()),
                tone(subscription.state()),
                subscription.stateReason(),
                subscription.description(),
                all == 0
                        ? ""
                        : String.format(
                                Locale.ROOT, "%.1f %% of %,d", Math.floor(1_000.0 * hour.delivered() / all) / 10, all),
                failed == 0 ? "good" : hour.delivered() == 0 ? "bad" : "waiting",
                attempts
                        .find(AttemptQuery.of(subscription.tenant()).subscription(subscription.id()), null, 1)
                        .attempts()
                        .stream()
                        .map(attempt -> AttemptRow.of(attempt, nowMillis))
                        .findFirst()
                        .orElse(null));
    }

    static String state(State state) {
        return state.name().toLowerCase(Locale.ROOT);
    }

    static String tone(State state) {
        return Map.of(State.ACTIVE, "good", State.PAUSED, "waiting", State.DISABLED, "quiet")
                .getOrDefault(state, "quiet");
    }

    private static @Nullable String filters(@Nullable JsonNode filters) {
        if (filters == null) {
            return null;
        }
        String json = filters.toString();
        return json.length() <= MOST_OF_FILTERS ? json : json.substring(0, MOST_OF_FILTERS) + "…";
    }
}

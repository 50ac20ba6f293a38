package dev.fanfare.control.console;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fanfare.contract.delivery.Attempt;
import dev.fanfare.contract.delivery.Verdict;
import dev.fanfare.contract.subscription.Subscription;
import dev.fanfare.contract.subscription.Subscription.State;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the overview page of one tenant shows, in the words and figures that it shows. The templates only place it.
 *
 * @param subscriptions      the first of them by id
 * @param subscriptionCount  how many there are
 * @param delivered          how many of the attempts within {@link #WINDOW} were answered 2xx
 * @param retrying           how many of them failed and will be tried again
 * @param failed             how many of them ended a delivery without success
 * @param attempts           the newest
 */
public record Overview(
        String tenant,
        List<SubscriptionRow> subscriptions,
        int subscriptionCount,
        int delivered,
        int retrying,
        int failed,
        List<AttemptRow> attempts) {
    /** How far back the counts reach. */
    public static final Duration WINDOW = Duration.ofMinutes(5);

    static final int MOST_SUBSCRIPTIONS = 100;

    private static final int MOST_ATTEMPTS = 50;
    private static final int MOST_TYPES = 4;
    private static final int MOST_OF_FILTERS = 200;
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter DAY_AND_TIME =
            DateTimeFormatter.ofPattern("d MMM HH:mm:ss", Locale.ENGLISH).withZone(ZoneOffset.UTC);

    /**
     * One subscription.
     *
     * @param filters as JSON, cut where they are long; null where there are none
     * @param last its newest attempt that is known; null where none is
     */
    public record SubscriptionRow(
            String id,
            String url,
            String eventTypes,
            @Nullable String filters,
            boolean active,
            @Nullable String stateReason,
            @Nullable String description,
            @Nullable AttemptRow last) {}

    /**
     * One attempt.
     *
     * @param tone     how the verdict is coloured: {@code good}, {@code waiting}, {@code bad} or {@code quiet}
     * @param time     short, UTC
     * @param moment   the same in full (RFC 3339)
     * @param status   the HTTP status, or a dash
     * @param duration with its unit
     */
    public record AttemptRow(
            String time,
            String moment,
            String subscription,
            String eventType,
            String eventId,
            int attempt,
            String verdict,
            String tone,
            String status,
            String duration,
            String error) {}

    /** Puts the page's content together. */
    static Overview of(
            String tenant,
            List<Subscription> subscriptions,
            int subscriptionCount,
            Stream<Attempt> newestFirst,
            long nowMillis) {
        Map<String, AttemptRow> lastOf = new HashMap<>();
        List<AttemptRow> newest = new ArrayList<>();
        int[] counts = new int[3];
        long since = nowMillis - WINDOW.toMillis();
        newestFirst.filter(attempt -> attempt.tenant().equals(tenant)).forEach(attempt -> {
            boolean isNew = newest.size() < MOST_ATTEMPTS;
            if (isNew || !lastOf.containsKey(attempt.subscription())) {
                AttemptRow row = row(attempt, nowMillis);
                if (isNew) {
                    newest.add(row);
                }
                lastOf.putIfAbsent(attempt.subscription(), row);
            }
            if (attempt.startedAtMillis() >= since) {
                count(attempt.verdict(), counts);
            }
        });
        List<SubscriptionRow> rows = subscriptions.stream()
                .map(subscription -> row(subscription, lastOf.get(subscription.id())))
                .toList();
        return new Overview(tenant, rows, subscriptionCount, counts[0], counts[1], counts[2], newest);
    }

    private static void count(String verdict, int[] counts) {
        switch (tone(verdict)) {
            case "good" -> counts[0]++;
            case "waiting" -> counts[1]++;
            case "bad" -> counts[2]++;
            default -> {
                // cancelled: neither success nor failure
            }
        }
    }

    private static SubscriptionRow row(Subscription subscription, @Nullable AttemptRow last) {
        List<String> types = subscription.eventTypes();
        String text = String.join(", ", types.subList(0, Math.min(MOST_TYPES, types.size())))
                + (types.size() > MOST_TYPES ? " and " + (types.size() - MOST_TYPES) + " more" : "");
        return new SubscriptionRow(
                subscription.id(),
                subscription.url().toString(),
                text,
                filters(subscription.filters()),
                subscription.state() == State.ACTIVE,
                subscription.stateReason(),
                subscription.description(),
                last);
    }

    private static @Nullable String filters(@Nullable JsonNode filters) {
        if (filters == null) {
            return null;
        }
        String json = filters.toString();
        return json.length() <= MOST_OF_FILTERS ? json : json.substring(0, MOST_OF_FILTERS) + "…";
    }

    private static AttemptRow row(Attempt attempt, long nowMillis) {
        Instant started = Instant.ofEpochMilli(attempt.startedAtMillis());
        boolean today =
                nowMillis - attempt.startedAtMillis() < Duration.ofHours(20).toMillis();
        return new AttemptRow(
                (today ? TIME : DAY_AND_TIME).format(started),
                started.toString(),
                attempt.subscription(),
                attempt.eventType(),
                attempt.eventId(),
                attempt.attempt(),
                attempt.verdict(),
                tone(attempt.verdict()),
                attempt.status() == null ? "–" : attempt.status().toString(),
                duration(attempt.durationMillis()),
                attempt.error() == null ? "" : attempt.error());
    }

    private static String tone(String verdict) {
        for (Verdict known : Verdict.values()) {
            if (known.text().equals(verdict)) {
                return switch (known) {
                    case DELIVERED -> "good";
                    case RETRY, DEFERRED -> "waiting";
                    case GONE, REJECTED, EXHAUSTED, EXPIRED, FORBIDDEN, UNDECODABLE, TOO_LARGE -> "bad";
                    case PARKED, CANCELLED -> "quiet";
                };
            }
        }
        return "quiet";
    }

    private static String duration(long millis) {
        return millis < 1_000 ? millis + " ms" : String.format(Locale.ROOT, "%.1f s", millis / 1_000.0);
    }
}

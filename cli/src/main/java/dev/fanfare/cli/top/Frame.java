package dev.fanfare.cli.top;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.fanfare.cli.top.Moment.LaneLine;
import dev.fanfare.contract.topic.Topics;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What is shown: the difference of two moments as rates, and the later one as it is. Pure. What nobody told is null.
 *
 * @param events     by ingest over HTTP, by producers to the topic, and what the router did with them
 * @param attempts   a second, by verdict
 * @param latency    from an event's acceptance to its delivery
 * @param lag        records not done yet, by topic
 * @param waiting    deliveries in each tier
 * @param deadLetters outstanding ones by reason
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record Frame(
        String at,
        int processes,
        List<String> troubles,
        Events events,
        @Nullable Map<String, Double> attempts,
        @Nullable Double deliveredPercent,
        Spread attemptDuration,
        Spread latency,
        Queues queues,
        Map<String, Long> lag,
        Map<String, Long> waiting,
        long parked,
        @Nullable Map<String, Long> deadLetters,
        double deadLettersPerSecond,
        long oldestDeadLetterSeconds,
        List<LaneLine> lanes) {

    /** A second. */
    record Events(double accepted, double rejected, double onTopic, double deliveries, double unmatched) {}

    /** Milliseconds; null where nothing happened. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Spread(@Nullable Double p50Millis, @Nullable Double p99Millis) {}

    /** In dispatchers. */
    record Queues(long backlog, long held, long inFlight, long breakersOpen, double deferralsPerSecond) {}

    /**
     * From two moments.
     *
     * @param most lanes
     */
    static Frame of(Moment before, Moment now, int most) {
        Scrape scrape = now.scrape();
        Scrape began = scrape.began(before.scrape());
        Rates rates = new Rates(before, now, began);
        Map<String, Double> attempts = rates.of("fanfare_attempts_total", "verdict");
        attempts.values().removeIf(rate -> rate == 0);
        double all = attempts.values().stream().mapToDouble(Double::doubleValue).sum();
        return new Frame(
                now.at().toString(),
                now.processes(),
                now.troubles(),
                new Events(
                        rates.of("fanfare_events_accepted_total"),
                        rates.of("fanfare_events_rejected_total"),
                        rates.ofTopic(Topics.EVENTS),
                        rates.ofTopic(Topics.DELIVERIES),
                        rates.of("fanfare_router_events_total", "outcome").getOrDefault("unmatched", 0.0)),
                scrape.has("fanfare_attempts_total") ? attempts : null,
                all == 0 ? null : 100 * attempts.getOrDefault("delivered", 0.0) / all,
                spread("fanfare_attempt_duration_seconds", began, scrape),
                spread("fanfare_delivery_latency_seconds", began, scrape),
                new Queues(
                        Math.round(scrape.sum("fanfare_backlog")),
                        Math.round(scrape.sum("fanfare_lanes_held")),
                        Math.round(scrape.sum("fanfare_in_flight")),
                        Math.round(scrape.sum("fanfare_breakers_open")),
                        rates.of("fanfare_deferrals_total")),
                new TreeMap<>(now.lags()),
                byDelay(scrape.sums("fanfare_retry_waiting", "tier")),
                Math.round(scrape.sum("fanfare_parked_outstanding")),
                scrape.has("fanfare_dead_letters_outstanding")
                        ? whole(scrape.sums("fanfare_dead_letters_outstanding", "reason"))
                        : null,
                rates.of("fanfare_dead_letters_total"),
                Math.round(scrape.max("fanfare_dead_letters_oldest_age_seconds")),
                now.lanes().stream()
                        .sorted(Comparator.comparingInt(LaneLine::depth)
                                .reversed()
                                .thenComparing(LaneLine::subscription))
                        .limit(most)
                        .toList());
    }

    private static Spread spread(String name, Scrape began, Scrape now) {
        return new Spread(millis(now.quantile(name, 0.5, began)), millis(now.quantile(name, 0.99, began)));
    }

    private static @Nullable Double millis(double seconds) {
        return Double.isNaN(seconds) || Double.isInfinite(seconds) ? null : seconds * 1_000;
    }

    private static Map<String, Long> whole(Map<String, Double> sums) {
        Map<String, Long> whole = new TreeMap<>();
        sums.forEach((key, value) -> whole.put(key, Math.round(value)));
        whole.values().removeIf(value -> value == 0);
        return whole;
    }

    /** The shortest tier first. */
    private static Map<String, Long> byDelay(Map<String, Double> sums) {
        Map<String, Long> tiers = new LinkedHashMap<>();
        sums.entrySet().stream()
                .sorted(Comparator.comparing(tier -> delay(tier.getKey())))
                .forEach(tier -> tiers.put(tier.getKey(), Math.round(tier.getValue())));
        return tiers;
    }

    private static java.time.Duration delay(String tier) {
        try {
            return dev.fanfare.contract.DurationText.parse(tier);
        } catch (IllegalArgumentException e) {
            return java.time.Duration.ZERO;
        }
    }

    /** A second, between two moments; a process that began anew in between counts from its beginning. */
    private record Rates(Moment before, Moment now, Scrape began) {
        double of(String name) {
            return perSecond(began.sum(name), now.scrape().sum(name));
        }

        Map<String, Double> of(String name, String label) {
            Map<String, Double> then = began.sums(name, label);
            Map<String, Double> rates = new TreeMap<>();
            now.scrape()
                    .sums(name, label)
                    .forEach((value, sum) -> rates.put(value, perSecond(then.getOrDefault(value, 0.0), sum)));
            return rates;
        }

        double ofTopic(String topic) {
            Long end = now.ends().get(topic);
            Long then = before.ends().get(topic);
            return end == null || then == null ? 0 : perSecond(then, end);
        }

        private double perSecond(double then, double sum) {
            double seconds = (now.atNanos() - before.atNanos()) / 1e9;
            return seconds <= 0 ? 0 : (sum < then ? sum : sum - then) / seconds;
        }
    }
}

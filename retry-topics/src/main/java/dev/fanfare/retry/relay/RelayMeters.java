package dev.fanfare.retry.relay;

import dev.fanfare.contract.DurationText;
import dev.fanfare.contract.delivery.Verdict;
import dev.fanfare.contract.topic.Tier;
import dev.fanfare.retry.RetryMetric;
import dev.fanfare.runtime.metric.ProcessMetric;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** What the relay counts. Any thread. */
final class RelayMeters {
    private record OfTier(Timer lateness, Counter relayed, Counter hopped, AtomicLong waiting) {}

    private final Map<String, OfTier> byTopic = new HashMap<>();
    private final Counter undecodable;

    RelayMeters(MeterRegistry registry, Collection<Tier> tiers) {
        undecodable = ProcessMetric.DEAD_LETTERS.counter(registry, Verdict.UNDECODABLE.text());
        for (Tier tier : tiers) {
            String name = DurationText.format(tier.delay());
            AtomicLong waiting = new AtomicLong();
            RetryMetric.WAITING.gauge(registry, waiting, AtomicLong::doubleValue, name);
            byTopic.put(
                    tier.topic(),
                    new OfTier(
                            RetryMetric.LATENESS.timer(registry, name),
                            RetryMetric.RELAYED.counter(registry, name),
                            RetryMetric.HOPPED.counter(registry, name),
                            waiting));
        }
    }

    /** One record left a tier, and that is committed. */
    void left(String tierTopic, Onward onward, long latenessMillis) {
        OfTier meters = byTopic.get(tierTopic);
        if (meters == null) {
            return;
        }
        if (onward instanceof Onward.Due) {
            meters.relayed().increment();
            meters.lateness().record(Math.max(0, latenessMillis), TimeUnit.MILLISECONDS);
        } else if (onward instanceof Onward.Hop) {
            meters.hopped().increment();
        } else {
            undecodable.increment();
        }
    }

    /** What waits in each tier now, by topic; nothing in one that isn't named. */
    void waiting(Map<String, Long> counts) {
        byTopic.forEach((topic, meters) -> meters.waiting().set(counts.getOrDefault(topic, 0L)));
    }
}

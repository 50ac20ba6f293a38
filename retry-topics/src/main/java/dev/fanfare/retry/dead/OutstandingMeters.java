package dev.fanfare.retry.dead;

import dev.fanfare.contract.delivery.Verdict;
import dev.fanfare.retry.RetryMetric;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.util.Collection;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Shows how many dead letters are outstanding, from when that is first known. Any thread. */
final class OutstandingMeters {
    private final MeterRegistry registry;
    private final Clock clock;
    private final AtomicInteger[] counts = new AtomicInteger[OutstandingLetters.OTHER + 1];
    private final AtomicLong oldestMillis = new AtomicLong(Long.MAX_VALUE);
    private final AtomicBoolean registered = new AtomicBoolean();

    OutstandingMeters(MeterRegistry registry, Clock clock) {
        this.registry = registry;
        this.clock = clock;
        for (int i = 0; i < counts.length; i++) {
            counts[i] = new AtomicInteger();
        }
    }

    /** So it is now. */
    void show(Collection<OutstandingLetters> partitions) {
        for (int reason = 0; reason < counts.length; reason++) {
            int sum = 0;
            for (OutstandingLetters letters : partitions) {
                sum += letters.count(reason);
            }
            counts[reason].set(sum);
        }
        oldestMillis.set(partitions.stream()
                .mapToLong(OutstandingLetters::oldestMillis)
                .min()
                .orElse(Long.MAX_VALUE));
        if (!registered.getAndSet(true)) {
            register();
        }
    }

    private void register() {
        for (Verdict reason : Verdict.values()) {
            if (reason.isDeadLetter()) {
                gauge(reason.ordinal(), reason.text());
            }
        }
        gauge(OutstandingLetters.OTHER, "other");
        RetryMetric.DEAD_OLDEST.gauge(registry, oldestMillis, oldest -> {
            long diedAt = oldest.get();
            return diedAt == Long.MAX_VALUE ? 0 : Math.max(0, clock.millis() - diedAt) / 1e3;
        });
    }

    private void gauge(int reason, String text) {
        RetryMetric.DEAD_OUTSTANDING.gauge(registry, counts[reason], AtomicInteger::doubleValue, text);
    }
}

package dev.fanfare.retry.parked;

import dev.fanfare.retry.RetryMetric;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.atomic.AtomicLong;

/** What unparking counts. Any thread. */
final class ParkedMeters {
    private final AtomicLong outstanding = new AtomicLong();
    private final Counter unparked;

    ParkedMeters(MeterRegistry registry) {
        RetryMetric.PARKED_OUTSTANDING.gauge(registry, outstanding, AtomicLong::doubleValue);
        unparked = RetryMetric.UNPARKED.counter(registry);
    }

    void outstanding(long now) {
        outstanding.set(now);
    }

    void unparked(int deliveries) {
        unparked.increment(deliveries);
    }
}

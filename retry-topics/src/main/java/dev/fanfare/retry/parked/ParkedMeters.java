package dev.fanfare.retry.parked;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.atomic.AtomicLong;

/** What unparking counts. Names are public API. Any thread. */
final class ParkedMeters {
    static final String OUTSTANDING = "fanfare.parked.outstanding";
    static final String UNPARKED = "fanfare.unparked";

    private final AtomicLong outstanding = new AtomicLong();
    private final Counter unparked;

    ParkedMeters(MeterRegistry registry) {
        Gauge.builder(OUTSTANDING, outstanding, AtomicLong::get)
                .description("Deliveries that wait for their subscription to be resumed, in this instance's partitions")
                .register(registry);
        unparked = Counter.builder(UNPARKED)
                .description("Parked deliveries that went back to the deliveries")
                .register(registry);
    }

    void outstanding(long now) {
        outstanding.set(now);
    }

    void unparked(int deliveries) {
        unparked.increment(deliveries);
    }
}

package dev.fanfare.testkit;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A clock that stands still until it is advanced by hand. It shows whole milliseconds.
 *
 * <pre>{@code
 * SeededClock clock = SeededClock.at(Instant.parse("2026-01-01T00:00:00Z"));
 * clock.advance(Duration.ofMinutes(10));
 * }</pre>
 *
 * Thread-safe.
 */
public final class SeededClock extends Clock {

    private final AtomicLong nowMillis;
    private final ZoneId zone;

    private SeededClock(AtomicLong nowMillis, ZoneId zone) {
        this.nowMillis = nowMillis;
        this.zone = zone;
    }

    /** A clock that shows this moment, in UTC. */
    public static SeededClock at(Instant start) {
        return new SeededClock(new AtomicLong(start.toEpochMilli()), ZoneOffset.UTC);
    }

    /** A clock that shows some moment of 2026, the same for the same seed. */
    public static SeededClock seeded(Seeds seeds) {
        long year = Duration.ofDays(365).toMillis();
        return at(Instant.parse("2026-01-01T00:00:00Z")
                .plusMillis(seeds.random("clock").nextLong(year)));
    }

    /**
     * Moves the clock forwards, by whole milliseconds.
     *
     * @throws IllegalArgumentException if the step is negative; {@link #set} may go back
     */
    public void advance(Duration step) {
        if (step.isNegative()) {
            throw new IllegalArgumentException("time does not go back by advance: " + step);
        }
        nowMillis.addAndGet(step.toMillis());
    }

    /** Moves the clock anywhere, also back, as an operator or NTP may. */
    public void set(Instant instant) {
        nowMillis.set(instant.toEpochMilli());
    }

    @Override
    public Instant instant() {
        return Instant.ofEpochMilli(nowMillis.get());
    }

    @Override
    public ZoneId getZone() {
        return zone;
    }

    /** The same clock, shown in another zone: advancing one advances both. */
    @Override
    public Clock withZone(ZoneId other) {
        return new SeededClock(nowMillis, other);
    }
}

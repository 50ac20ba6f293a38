package dev.fanfare.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;

class SeededClockTest {

    private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");

    @Test
    void itStandsStillUntilItIsAdvanced() {
        SeededClock clock = SeededClock.at(START);
        assertThat(clock.instant()).isEqualTo(START);
        clock.advance(Duration.ofMinutes(10));
        assertThat(clock.millis()).isEqualTo(START.plusSeconds(600).toEpochMilli());
        clock.set(START);
        assertThat(clock.instant()).isEqualTo(START);
    }

    @Test
    void itDoesNotAdvanceBackwards() {
        SeededClock clock = SeededClock.at(START);
        assertThatThrownBy(() -> clock.advance(Duration.ofMillis(-1))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void anotherZoneShowsTheSameMoment() {
        SeededClock clock = SeededClock.at(START);
        Clock elsewhere = clock.withZone(ZoneId.of("Europe/Berlin"));
        clock.advance(Duration.ofSeconds(1));
        assertThat(elsewhere.instant()).isEqualTo(clock.instant());
    }

    @Test
    void theSameSeedShowsTheSameMoment() {
        assertThat(SeededClock.seeded(new Seeds(7)).instant())
                .isEqualTo(SeededClock.seeded(new Seeds(7)).instant())
                .isNotEqualTo(SeededClock.seeded(new Seeds(8)).instant());
    }
}

package dev.fanfare.control.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DisplayTest {
    @Test
    void aRateOfFewIsToldByTheMinuteSoThatItIsNotTakenForNone() {
        Duration fiveMinutes = Duration.ofMinutes(5);
        assertThat(Display.rate(1, fiveMinutes)).isEqualTo("0.2/min");
        assertThat(Display.rate(5, fiveMinutes)).isEqualTo("1.0/min");
        assertThat(Display.rate(299, fiveMinutes)).isEqualTo("59.8/min");
        assertThat(Display.rate(300, fiveMinutes)).isEqualTo("1.0/s");
        assertThat(Display.rate(600_000, fiveMinutes)).isEqualTo("2,000.0/s");
    }

    @Test
    void whatNeverHappenedIsNotCountedOut() {
        assertThat(Display.counts(Map.of("events", 0L, "moved", 1_007L, "changed", 2L)))
                .isEqualTo("1,007 moved, 2 changed");
        assertThat(Display.counts(Map.of())).isEmpty();
    }
}

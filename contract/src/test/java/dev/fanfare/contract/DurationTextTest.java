package dev.fanfare.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DurationTextTest {
    @ParameterizedTest
    @CsvSource({
        "0ms, PT0S",
        "500ms, PT0.5S",
        "2s, PT2S",
        "10m, PT10M",
        "1h, PT1H",
        "7d, PT168H",
        "' 15s ', PT15S",
        "090s, PT90S"
    })
    void theseAreDurations(String text, Duration duration) {
        assertThat(DurationText.parse(text)).isEqualTo(duration);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "s",
                "10",
                "1.5s",
                "-1s",
                "+1s",
                "1 s",
                "1M",
                "1w",
                "1h30m",
                "PT1S",
                "1e3s",
                "١s",
                "999999999999d",
                "9999999999999ms"
            })
    void theseAreNotAndTheErrorSaysWhatWouldBe(String text) {
        assertThatThrownBy(() -> DurationText.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + text + "'")
                .hasMessageContaining("15s");
    }

    @Property
    void whatIsWrittenReadsBack(@ForAll @LongRange(min = 0, max = 100_000_000_000L) long millis) {
        Duration duration = Duration.ofMillis(millis);
        assertThat(DurationText.parse(DurationText.format(duration))).isEqualTo(duration);
    }

    @ParameterizedTest
    @CsvSource({"PT0S, 0ms", "PT0.001S, 1ms", "PT60S, 1m", "PT90S, 90s", "PT48H, 2d", "PT1.5S, 1500ms"})
    void theLargestUnitWithoutAFractionIsWritten(Duration duration, String text) {
        assertThat(DurationText.format(duration)).isEqualTo(text);
    }
}

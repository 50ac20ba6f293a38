package dev.fanfare.cli.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import dev.fanfare.runtime.config.InvalidSettings;
import org.junit.jupiter.api.Test;

class RepeatLimitTest {
    private final LoggerContext context = new LoggerContext();
    private final RepeatLimit limit = new RepeatLimit(2);

    @Test
    void theSameIsLetThroughSoOftenAMinuteAndTheRestIsCounted() {
        for (int i = 0; i < 5; i++) {
            assertThat(lets("a", Level.WARN, "gone n={}", i, 1_000 + i)).isEqualTo(i < 2);
        }
        assertThat(limit.ended(60_999)).isEmpty();
        assertThat(limit.ended(61_000))
                .containsExactly(new RepeatLimit.LeftOut(new RepeatLimit.Kind("a", Level.WARN, "gone n={}"), 3));
        assertThat(lets("a", Level.WARN, "gone n={}", 9, 61_001))
                .as("a new minute")
                .isTrue();
        assertThat(limit.ended(200_000)).as("nothing was left out in it").isEmpty();
    }

    @Test
    void aClockThatWasSetBackSilencesNothingForLongerThanAMinute() {
        for (int i = 0; i < 3; i++) {
            lets("a", Level.ERROR, "gone", i, 7_200_000);
        }
        assertThat(limit.ended(3_600_000))
                .containsExactly(new RepeatLimit.LeftOut(new RepeatLimit.Kind("a", Level.ERROR, "gone"), 1));
        assertThat(lets("a", Level.ERROR, "gone", 3, 3_600_001)).isTrue();
    }

    @Test
    void anotherLoggerLevelOrTemplateIsAnotherKind() {
        for (int i = 0; i < 3; i++) {
            lets("a", Level.WARN, "gone", i, 0);
        }
        assertThat(lets("a", Level.WARN, "gone", 0, 0)).isFalse();
        assertThat(lets("b", Level.WARN, "gone", 0, 0)).isTrue();
        assertThat(lets("a", Level.ERROR, "gone", 0, 0)).isTrue();
        assertThat(lets("a", Level.WARN, "lost", 0, 0)).isTrue();
    }

    @Test
    void whatIsUsualIsNeverLeftOut() {
        for (int i = 0; i < 100; i++) {
            assertThat(lets("a", Level.INFO, "attempt", i, 0)).isTrue();
        }
        assertThat(limit.endedAll()).isEmpty();
    }

    @Test
    void zeroIsNoLimit() {
        RepeatLimit none = new RepeatLimit(0);
        for (int i = 0; i < 100; i++) {
            assertThat(none.lets(event("a", Level.ERROR, "gone", i, 0))).isTrue();
        }
    }

    @Test
    void lessThanNoneIsRefusedInsteadOfLoggingNothing() {
        LogSettings settings = new LogSettings() {
            @Override
            public Format format() {
                return Format.TEXT;
            }

            @Override
            public int repeatsPerMinute() {
                return -1;
            }
        };
        assertThatThrownBy(() -> LogSetup.apply(settings))
                .isInstanceOf(InvalidSettings.class)
                .hasMessageContaining("log.repeats-per-minute: -1 must be a number of lines, or 0 for all");
    }

    @Test
    void kindsBeyondNumberAreLetThroughRatherThanKept() {
        for (int i = 0; i < 5_000; i++) {
            assertThat(lets("a", Level.WARN, "made anew " + i, 0, 0)).isTrue();
            assertThat(lets("a", Level.WARN, "made anew " + i, 0, 0)).isTrue();
        }
    }

    private boolean lets(String logger, Level level, String template, int argument, long atMillis) {
        return limit.lets(event(logger, level, template, argument, atMillis));
    }

    private LoggingEvent event(String logger, Level level, String template, int argument, long atMillis) {
        LoggingEvent event =
                new LoggingEvent("test", context.getLogger(logger), level, template, null, new Object[] {argument});
        event.setTimeStamp(atMillis);
        return event;
    }
}

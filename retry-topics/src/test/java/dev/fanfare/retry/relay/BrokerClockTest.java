package dev.fanfare.retry.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class BrokerClockTest {
    private static final long HOUR = 3_600_000;
    private static final long NOON = 1_800_000_000_000L;

    private final BrokerClock clock = new BrokerClock();

    @Test
    void beforeTheFirstAnswerNothingIsDue() {
        assertThat(clock.nowMillis(5)).isEqualTo(Long.MIN_VALUE);
        assertThat(clock.ticksSinceLearnt(5)).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void itShowsTheAppendTimeAndWhatPassedSince() {
        clock.acked(100, NOON, 110);

        assertThat(clock.nowMillis(110)).isEqualTo(NOON - 1);
        assertThat(clock.nowMillis(1_110)).isEqualTo(NOON + 999);
        assertThat(clock.ticksSinceLearnt(1_110)).isEqualTo(1_000);
    }

    @Test
    void aQuickAnswerIsWorthMoreThanASlowOne() {
        clock.acked(0, NOON, 10);
        clock.acked(20, NOON + 15, 520); // half a second on the way back: 500 ms less is known for certain

        assertThat(clock.nowMillis(520)).isEqualTo(NOON + 509);
    }

    @Test
    void aBrokerClockThatIsSetBackIsBelieved() {
        clock.acked(0, NOON, 10);
        clock.acked(1_000, NOON - HOUR, 1_010);

        assertThat(clock.nowMillis(1_010)).isEqualTo(NOON - HOUR - 1);
    }

    @Test
    void aBrokerClockThatIsSetForwardsIsBelieved() {
        clock.acked(0, NOON, 10);
        clock.acked(1_000, NOON + HOUR, 1_010);

        assertThat(clock.nowMillis(1_010)).isEqualTo(NOON + HOUR - 1);
    }

    @Property
    void itIsNeverAheadOfTheBrokerAndSeldomFarBehind(
            @ForAll long seed,
            @ForAll @LongRange(min = -2 * HOUR, max = 2 * HOUR) long offset,
            @ForAll @LongRange(min = -300, max = 300) long driftPpm) {
        Random random = new Random(seed);
        BrokerClock learning = new BrokerClock();
        long trueMillis = 0;
        for (int i = 0; i < 200; i++) {
            long onTheWay = random.nextInt(30);
            long sent = ticks(trueMillis, offset, driftPpm);
            trueMillis += onTheWay;
            long appended = NOON + trueMillis;
            trueMillis += random.nextInt(30);
            learning.acked(sent, appended, ticks(trueMillis, offset, driftPpm));

            trueMillis += random.nextInt(60_000);
            long shown = learning.nowMillis(ticks(trueMillis, offset, driftPpm));
            assertThat(shown).isLessThanOrEqualTo(NOON + trueMillis);
            assertThat(shown).isGreaterThan(NOON + trueMillis - 30 - 60 - 3);
        }
    }

    private static long ticks(long trueMillis, long offset, long driftPpm) {
        return trueMillis + trueMillis * driftPpm / 1_000_000 + offset;
    }
}

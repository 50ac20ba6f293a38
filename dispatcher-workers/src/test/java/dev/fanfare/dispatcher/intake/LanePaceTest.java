package dev.fanfare.dispatcher.intake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.dispatcher.intake.LanePace.Pace;
import dev.fanfare.dispatcher.lane.LaneView;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class LanePaceTest {
    private static final long MOMENT = LanePace.WATCH_NANOS;

    private static final long SECOND = 1_000_000_000L;
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final LanePace pace = new LanePace();

    @Test
    void aLaneIsWatchedForAMomentFirst() {
        assertThat(pace.of("a", lane(0), 0)).isEqualTo(Pace.WATCHING);
        assertThat(pace.of("a", lane(0), MOMENT - 1)).isEqualTo(Pace.WATCHING);
    }

    @Test
    void aStuckLaneIsSlowForAsLongAsItIsStuck() {
        pace.of("a", lane(7), 0);

        assertThat(pace.of("a", lane(7), MOMENT)).isEqualTo(Pace.SLOW);
        assertThat(pace.of("a", lane(7), MOMENT + 1)).isEqualTo(Pace.SLOW);
        assertThat(pace.of("a", lane(7), MOMENT * 3)).isEqualTo(Pace.SLOW);
    }

    @Test
    void twoHundredASecondMakeABusyLane() {
        pace.of("a", lane(0), 0);
        pace.of("b", lane(0), 0);

        assertThat(pace.of("a", lane(19), MOMENT)).isEqualTo(Pace.SLOW);
        assertThat(pace.of("b", lane(20), MOMENT)).isEqualTo(Pace.BUSY);
    }

    @Test
    void aLaneThatRecoversIsBusyAgain() {
        pace.of("a", lane(0), 0);
        pace.of("a", lane(0), MOMENT);

        assertThat(pace.of("a", lane(100), MOMENT * 2)).isEqualTo(Pace.BUSY);
    }

    @Test
    void whatWasSeenLongAgoIsForgotten() {
        pace.of("a", lane(0), 0);
        pace.of("a", lane(0), MOMENT);

        assertThat(pace.of("a", lane(0), MOMENT * 1_000)).isEqualTo(Pace.WATCHING);
    }

    @Test
    void afterAStandstillNoLaneIsBlamedForWhatItDidNotEndMeanwhile() {
        pace.of("a", lane(0), 0);
        pace.startOver();

        assertThat(pace.of("a", lane(0), 2 * SECOND)).isEqualTo(Pace.WATCHING);
        assertThat(pace.of("a", lane(20), 2 * SECOND + MOMENT)).isEqualTo(Pace.BUSY);
    }

    @Test
    void slotsAreAsFarApartAsTheLaneTakesForOne() {
        for (int second = 0; second <= 5; second++) {
            pace.of("a", lane(10 * second), second * SECOND);
        }
        long now = 5 * SECOND;

        assertThat(pace.nextSlot("a", MINUTE, 0, now)).isEqualTo(MINUTE);
        assertThat(pace.nextSlot("a", MINUTE, 0, now)).isEqualTo(MINUTE.plusMillis(100));
        assertThat(pace.nextSlot("a", MINUTE, 0, now + SECOND)).isEqualTo(MINUTE);
        assertThat(pace.nextSlot("b", MINUTE, 0, now)).as("another lane").isEqualTo(MINUTE);
    }

    @Test
    void aRateLimitSetsSlotsFurtherApart() {
        pace.of("a", lane(0), 0);
        pace.of("a", lane(100), SECOND);

        pace.nextSlot("a", MINUTE, 0.5, SECOND);

        assertThat(pace.nextSlot("a", MINUTE, 0.5, SECOND)).isEqualTo(MINUTE.plusSeconds(2));
    }

    @Test
    void noSlotIsFurtherAwayThanAnHour() {
        pace.of("stuck", lane(0), 0);
        for (int i = 0; i < 10_000; i++) {
            assertThat(pace.nextSlot("stuck", MINUTE, 0.01, 0)).isBetween(MINUTE, LanePace.FURTHEST_SLOT);
        }
        assertThat(pace.nextSlot("stuck", MINUTE, 0.01, 0)).isEqualTo(LanePace.FURTHEST_SLOT);
    }

    private static LaneView lane(long ended) {
        return new LaneView(1_000, 1, 1, ended, false, 0);
    }
}

package dev.fanfare.dispatcher.intake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.dispatcher.intake.LanePace.Pace;
import dev.fanfare.dispatcher.lane.LaneView;
import org.junit.jupiter.api.Test;

class LanePaceTest {
    private static final long MOMENT = LanePace.WATCH_NANOS;

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

    private static LaneView lane(long ended) {
        return new LaneView(1_000, 1, 1, ended);
    }
}

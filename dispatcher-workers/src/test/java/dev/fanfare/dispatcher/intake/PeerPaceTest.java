package dev.fanfare.dispatcher.intake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.dispatcher.lane.LaneView;
import org.junit.jupiter.api.Test;

class PeerPaceTest {
    private static final long SECOND = 1_000_000_000L;

    private final PeerPace peers = new PeerPace();

    @Test
    void aLaneThatIsAsFastAsTheOthersKeepsPaceHoweverSlowTheyAllAre() {
        assertThat(peers.isKept("fair", lane(0), 0, 1_000, 0)).isTrue();
        assertThat(peers.isKept("stuck", lane(0), 0, 1_000, 0)).isTrue();

        // 1,000 in flight, 12,000 ended: 12 for each place in flight
        assertThat(peers.isKept("fair", lane(3), 12_000, 1_000, SECOND)).isTrue();
        assertThat(peers.isKept("stuck", lane(2), 12_000, 1_000, SECOND)).isFalse();
    }

    @Test
    void aVerdictStandsUntilThereIsEnoughForTheNext() {
        peers.isKept("a", lane(0), 0, 1_000, 0);
        peers.isKept("a", lane(0), 12_000, 1_000, SECOND);

        assertThat(peers.isKept("a", lane(9), 23_999, 1_000, 2 * SECOND)).isFalse();
        assertThat(peers.isKept("a", lane(9), 24_000, 1_000, 2 * SECOND)).isTrue();
    }

    @Test
    void whileAllStandStillNobodyFallsBehind() {
        peers.isKept("a", lane(0), 0, 1_000, 0);

        assertThat(peers.isKept("a", lane(0), 11_999, 1_000, 9 * SECOND)).isTrue();
    }

    @Test
    void withLittleInFlightThereIsNobodyToKeepPaceWith() {
        assertThat(peers.isKept("a", lane(100), 100_000, PeerPace.MUCH_IN_FLIGHT - 1, 0))
                .isFalse();
    }

    private static LaneView lane(long ended) {
        return new LaneView(1_000, 1, 1, ended, false, 0);
    }
}

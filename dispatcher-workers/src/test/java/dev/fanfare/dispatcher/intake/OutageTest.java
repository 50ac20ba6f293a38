package dev.fanfare.dispatcher.intake;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class OutageTest {
    private static final long SECOND = 1_000_000_000L;

    private final Outage outage = new Outage(Duration.ofMinutes(1));

    @Test
    void halfOfAllLanesAreSuspiciousAndAQuarterAreNot() {
        assertThat(outage.isSuspected(100, 49, 0)).isFalse();
        assertThat(outage.isSuspected(100, 50, 0)).isTrue();
        assertThat(outage.isSuspected(100, 25, SECOND)).isTrue();
        assertThat(outage.isSuspected(100, 24, SECOND)).isFalse();
    }

    @Test
    void aFewDeadEndpointsSayNothingAboutOurNetwork() {
        assertThat(outage.isSuspected(9, 9, 0)).isFalse();
        assertThat(outage.isSuspected(10, 10, 0)).isTrue();
    }

    @Test
    void endpointsThatAreReallyDeadDoNotHoldUpTheOthersForLong() {
        assertThat(outage.isSuspected(20, 20, 0)).isTrue();
        assertThat(outage.isSuspected(20, 20, 60 * SECOND)).isTrue();
        assertThat(outage.isSuspected(20, 20, 61 * SECOND)).isFalse();
        assertThat(outage.isSuspected(20, 20, 500 * SECOND)).isFalse();
    }

    @Test
    void afterARecoveryItIsSuspectedAnew() {
        outage.isSuspected(20, 20, 0);
        outage.isSuspected(20, 20, 61 * SECOND);
        outage.isSuspected(20, 2, 70 * SECOND);

        assertThat(outage.isSuspected(20, 20, 80 * SECOND)).isTrue();
    }

    @Test
    void noLanesAreNoOutage() {
        assertThat(outage.isSuspected(0, 0, 0)).isFalse();
    }
}

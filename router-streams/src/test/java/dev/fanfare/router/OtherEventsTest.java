package dev.fanfare.router;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class OtherEventsTest {
    private final AtomicLong clockNanos = new AtomicLong(Long.MAX_VALUE - 5);
    private final OtherEvents others = new OtherEvents(clockNanos::get);

    @Test
    void aShareThatIsAloneDoesNotRest() {
        assertThat(restAfter(Duration.ofMillis(10))).isZero();
    }

    @Test
    void aShareRestsTwiceAsLongAsItWorkedWhileOthersCome() {
        others.came();
        assertThat(restAfter(Duration.ofMillis(10)))
                .isEqualTo(Duration.ofMillis(20).toNanos());
    }

    @Test
    void aSecondAfterTheLastOfTheOthersItRestsNoMore() {
        others.came();
        assertThat(restAfter(Duration.ofMillis(999))).isPositive();
        assertThat(restAfter(Duration.ofMillis(1))).isZero();
    }

    @Test
    void aShareThatWasKeptWaitingDoesNotRestForLong() {
        others.came();
        assertThat(restAfter(Duration.ofMillis(900)))
                .isEqualTo(Duration.ofMillis(100).toNanos());
    }

    private long restAfter(Duration work) {
        long begunNanos = others.nowNanos();
        clockNanos.addAndGet(work.toNanos());
        return others.restNanos(begunNanos);
    }
}

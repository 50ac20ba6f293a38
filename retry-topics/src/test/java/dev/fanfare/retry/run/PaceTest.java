package dev.fanfare.retry.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PaceTest {
    private long nanos = 7;

    @Test
    void soManyASecondWhateverEachBatchTakes() {
        Pace pace = Pace.of(100, () -> nanos);
        assertThat(pace.batch()).isEqualTo(20);
        long begin = nanos;
        for (int sent = 0; sent < 1_000; sent += 20) {
            sleep(pace.millisBefore(20));
            sleep(30); // the batch itself
        }
        assertThat(TimeUnit.NANOSECONDS.toMillis(nanos - begin)).isBetween(9_800L, 10_000L);
    }

    @Test
    void whatAPauseLeftUnusedIsNotSavedUp() {
        Pace pace = Pace.of(10, () -> nanos);
        pace.millisBefore(2);
        sleep(60_000);
        assertThat(pace.millisBefore(2)).isZero();
        assertThat(pace.millisBefore(2)).isEqualTo(200);
    }

    @Test
    void evenOneInAWhileIsARate() {
        Pace pace = Pace.of(0.5, () -> nanos);
        assertThat(pace.batch()).isEqualTo(1);
        assertThat(pace.millisBefore(1)).isZero();
        assertThat(pace.millisBefore(1)).isEqualTo(2_000);
        assertThat(Pace.unlimited().millisBefore(500)).isZero();
        assertThat(Pace.unlimited().batch()).isEqualTo(500);
        assertThatThrownBy(() -> Pace.of(0, () -> nanos)).hasMessageContaining("above 0");
    }

    private void sleep(long millis) {
        nanos += TimeUnit.MILLISECONDS.toNanos(millis);
    }
}

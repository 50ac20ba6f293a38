package dev.fanfare.cli.output;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RemainingTest {
    private long nanos;

    @Test
    void howFarHowFastAndHowLongYet() {
        Remaining remaining = new Remaining(2_000, 0, () -> nanos);
        assertThat(remaining.text(0)).isEqualTo("[                    ] 0 of 2,000");
        nanos = TimeUnit.SECONDS.toNanos(10);
        assertThat(remaining.text(1_000)).isEqualTo("[██████████          ] 1,000 of 2,000, 100/s, 10 s left");
        assertThat(remaining.text(20)).endsWith("20 of 2,000, 2.0/s, 16 min 30 s left");
        assertThat(remaining.text(2_000)).endsWith("2,000 of 2,000, 200/s, 0 s left");
    }

    @Test
    void whatWasDoneBeforeCountsForTheBarNotForTheRate() {
        Remaining remaining = new Remaining(100, 50, () -> nanos);
        nanos = TimeUnit.SECONDS.toNanos(1);
        assertThat(remaining.text(60)).isEqualTo("[████████████        ] 60 of 100, 10/s, 4 s left");
    }

    @Test
    void aBarIsNeverLongerThanItsRoomAndNeverNothingForSomething() {
        assertThat(Bar.of(5, 5, 3)).isEqualTo("███");
        assertThat(Bar.of(1, 1_000_000, 30)).isEqualTo("▏");
        assertThat(Bar.of(0, 10, 30)).isEmpty();
        assertThat(Bar.of(0, 0, 30)).isEmpty();
    }
}

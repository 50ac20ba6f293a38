package dev.fanfare.torture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.torture.Timeline.Window;
import java.util.List;
import org.junit.jupiter.api.Test;

class TimelineTest {
    private final Timeline timeline = new Timeline();
    private final long startMillis = System.currentTimeMillis();

    @Test
    void whatFallsIntoSeveralWindowsCountsOnce() {
        timeline.count(startMillis + 1_000);
        timeline.count(startMillis + 5_000);
        timeline.count(startMillis + 5_010);
        timeline.count(startMillis + 9_000);
        assertThat(timeline.within(List.of())).isZero();
        assertThat(timeline.within(List.of(
                        new Window(startMillis + 4_000, startMillis + 6_000),
                        new Window(startMillis + 4_500, startMillis + 9_500))))
                .isEqualTo(3);
    }
}

package dev.fanfare.benchmarks.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class StampTest {
    @Test
    void aStampReadsBackAsItWasWritten() {
        byte[] bytes = ("xx" + Stamp.BLANK + "yy").getBytes(StandardCharsets.US_ASCII);
        Stamp stamp = new Stamp(17, 123_456_789_012L, 987_654_321_098_765L);
        stamp.write(bytes, 2);
        assertThat(Stamp.read(bytes, 2)).isEqualTo(stamp);
        assertThat(new String(bytes, StandardCharsets.US_ASCII))
                .startsWith("xx0017-")
                .endsWith("yy");
    }

    @Test
    void whatIsNoNumberIsNamed() {
        assertThatThrownBy(() -> Stamp.number("12x4".getBytes(StandardCharsets.US_ASCII), 0, 4))
                .hasMessageContaining("12x4");
    }

    @Test
    void aLossAndARepeatThatLeaveTheCountRightChangeTheSum() {
        long owed = 0;
        for (int event = 0; event < 100; event++) {
            for (int endpoint = 0; endpoint < 10; endpoint++) {
                owed += Stamp.sum(event, endpoint);
            }
        }
        long came = owed - Stamp.sum(42, 3) + Stamp.sum(41, 3);
        assertThat(came).isNotEqualTo(owed);
        assertThat(owed - Stamp.sum(42, 3) + Stamp.sum(42, 4)).isNotEqualTo(owed);
    }
}

package dev.fanfare.router;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class DigitsTest {
    private static final long SEED = 20_261_122;

    @Test
    void aUuidIsWrittenAsItWritesItself() {
        SplittableRandom random = new SplittableRandom(SEED);
        for (int i = 0; i < 1_000; i++) {
            UUID uuid = new UUID(random.nextLong(), random.nextLong());
            assertThat(new String(Digits.ofUuid(uuid), UTF_8))
                    .as("seed %d", SEED)
                    .isEqualTo(uuid.toString());
        }
    }

    @Test
    void aNumberStandsBehindItsPrefix() {
        for (long number : new long[] {0, 1, 9, 10, 99, 100, 12_345, Long.MAX_VALUE}) {
            assertThat(new String(Digits.after("topic:".getBytes(UTF_8), number), UTF_8))
                    .isEqualTo("topic:" + number);
        }
    }
}

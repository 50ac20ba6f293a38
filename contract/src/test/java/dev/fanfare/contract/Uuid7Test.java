package dev.fanfare.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import java.util.UUID;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class Uuid7Test {
    /** The last moment that 48 bits hold. */
    private static final long LAST = (1L << 48) - 1;

    @Property
    void theTimeTheVersionAndTheVariantStandWhereRfc9562PutsThem(
            @ForAll @LongRange(min = 0, max = LAST) long millis, @ForAll long seed) {
        UUID id = Uuid7.mint(millis, new SplittableRandom(seed));
        assertThat(id.version()).isEqualTo(7);
        assertThat(id.variant()).isEqualTo(2);
        assertThat(id.getMostSignificantBits() >>> 16).isEqualTo(millis);
    }

    @Property
    void asTextTheySortByTime(
            @ForAll @LongRange(min = 0, max = LAST) long one,
            @ForAll @LongRange(min = 0, max = LAST) long other,
            @ForAll long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        String first = Uuid7.mint(Math.min(one, other), random).toString();
        String second = Uuid7.mint(Math.max(one, other), random).toString();
        if (one != other) {
            assertThat(first).isLessThan(second);
        }
    }

    @Test
    void thoseOfOneMillisecondDiffer() {
        SplittableRandom random = new SplittableRandom(7);
        assertThat(IntStream.range(0, 10_000).mapToObj(i -> Uuid7.mint(1, random)))
                .doesNotHaveDuplicates();
    }
}

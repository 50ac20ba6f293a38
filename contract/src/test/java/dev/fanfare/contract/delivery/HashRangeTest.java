package dev.fanfare.contract.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.contract.UndecodableRecord;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HashRangeTest {

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 32, 1_000})
    void eachSubscriptionIsInExactlyOneShare(int of) {
        for (int i = 0; i < 20; i++) {
            String id = "subscription-" + i;
            assertThat(IntStream.range(0, of)
                            .filter(index -> new HashRange(index, of).contains(id))
                            .count())
                    .isOne();
        }
    }

    @Test
    void thePartsOfAShareAreTheShare() {
        HashRange share = new HashRange(3, 7);
        for (int i = 0; i < 1_000; i++) {
            String id = "s" + i;
            long parts = IntStream.range(0, 5)
                    .filter(part -> share.part(part, 5).contains(id))
                    .count();
            assertThat(parts).isEqualTo(share.contains(id) ? 1 : 0);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 4, 7, 64})
    void whatIsInAShareIsInThoseOfAnotherSplitThatItMeets(int other) {
        for (int i = 0; i < 1_000; i++) {
            String id = "s" + i;
            HashRange share = new HashRange(HashRange.indexOf(id, 5), 5);
            assertThat(HashRange.indexOf(id, other)).isBetween(share.firstOf(other), share.lastOf(other));
        }
        assertThat(HashRange.ALL.firstOf(other)).isZero();
        assertThat(HashRange.ALL.lastOf(other)).isEqualTo(other - 1);
        assertThat(new HashRange(HashRange.MOST - 1, HashRange.MOST).lastOf(other))
                .isEqualTo(other - 1);
    }

    @Test
    void idsThatHardlyDifferAreSpreadEvenly() {
        int[] counts = new int[32];
        for (int i = 0; i < 32_000; i++) {
            String id = "s" + i;
            counts[
                    IntStream.range(0, 32)
                            .filter(index -> new HashRange(index, 32).contains(id))
                            .findFirst()
                            .orElseThrow()]++;
        }
        assertThat(Arrays.stream(counts).boxed())
                .allSatisfy(count -> assertThat(count).isBetween(800, 1_200));
    }

    @Test
    void itReadsBackAsItWasWritten() throws UndecodableRecord {
        assertThat(HashRange.parse(new HashRange(3, 32).text())).isEqualTo(new HashRange(3, 32));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/", "3", "3/", "/3", "3/3", "-1/3", "0/0", "a/b", "1/2/3", "0/99999999"})
    void whatIsNoShareIsRefused(String text) {
        assertThatThrownBy(() -> HashRange.parse(text)).isInstanceOf(UndecodableRecord.class);
    }
}

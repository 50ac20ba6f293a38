package dev.fanfare.retry.dead;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.testkit.Seeds;
import dev.fanfare.testkit.WithSeeds;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

@WithSeeds
class OutstandingLettersTest {
    private record Letter(long offset, long atMillis, int reason) {}

    /** What a table of the latest record of each id would say. */
    @Test
    void whateverIsWrittenItCountsTheLatestOfEachIdThatIsStillThere(Seeds seeds) {
        Random random = seeds.random("writes");
        OutstandingLetters letters = new OutstandingLetters();
        Map<Integer, Letter> model = new HashMap<>();
        int ids = 1 + random.nextInt(3_000);
        long beginning = 0;
        for (long offset = 0; offset < 30_000; offset++) {
            int id = random.nextInt(ids);
            if (random.nextInt(3) == 0) {
                letters.resolved(hash(id));
                model.remove(id);
            } else {
                int reason = random.nextInt(OutstandingLetters.OTHER + 1);
                letters.died(hash(id), offset, 1_000 + offset, reason);
                model.put(id, new Letter(offset, 1_000 + offset, reason));
            }
            if (random.nextInt(2_000) == 0) {
                beginning += random.nextInt((int) (offset - beginning) + 1);
                letters.beginsAt(beginning);
                long first = beginning;
                model.values().removeIf(letter -> letter.offset() < first);
            }
            if (random.nextInt(500) == 0) {
                assertSame(letters, model);
            }
        }
        assertSame(letters, model);
        letters.beginsAt(Long.MAX_VALUE);
        assertSame(letters, Map.of());
    }

    @Test
    void idsThatDifferHaveHashesThatDifferInTheirLowestBits() {
        Set<Long> whole = new HashSet<>();
        Set<Long> low = new HashSet<>();
        for (int id = 0; id < 100_000; id++) {
            whole.add(hash(id));
            low.add(hash(id) & 0xFFFF);
        }
        assertThat(whole).hasSize(100_000);
        assertThat(low).as("all slots are used").hasSizeGreaterThan(45_000);
    }

    private static void assertSame(OutstandingLetters letters, Map<Integer, Letter> model) {
        for (int reason = 0; reason <= OutstandingLetters.OTHER; reason++) {
            int wanted = reason;
            assertThat(letters.count(reason)).isEqualTo((int) model.values().stream()
                    .filter(letter -> letter.reason() == wanted)
                    .count());
        }
        assertThat(letters.oldestMillis())
                .isEqualTo(model.values().stream()
                        .mapToLong(Letter::atMillis)
                        .min()
                        .orElse(Long.MAX_VALUE));
    }

    private static long hash(int id) {
        return OutstandingLetters.hash(("dlv_" + id).getBytes(StandardCharsets.UTF_8));
    }
}

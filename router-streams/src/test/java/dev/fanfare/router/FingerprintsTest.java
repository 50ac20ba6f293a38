package dev.fanfare.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.runtime.config.ByteSize;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FingerprintsTest {
    private static final int MANY = 300_000;
    private static final int HASH_BYTES = 16;

    private final StoreMemory memory = new StoreMemory(new ByteSize(8L * 1024 * 1024));
    private final Fingerprints fingerprints = new Fingerprints(memory);

    @Test
    void whatWasAddedIsNeverMissedAndOfTheOthersFewAreTakenForIt() {
        long seed = System.nanoTime();
        Random added = new Random(seed);
        for (int i = 0; i < MANY; i++) {
            fingerprints.add(hash(added));
        }
        Random again = new Random(seed);
        for (int i = 0; i < MANY; i++) {
            assertThat(fingerprints.mayContain(hash(again))).as("seed %d", seed).isTrue();
        }
        int wrong = 0;
        Random others = new Random(~seed);
        for (int i = 0; i < MANY; i++) {
            wrong += fingerprints.mayContain(hash(others)) ? 1 : 0;
        }
        // one in a hundred for each of three filters: far from this limit
        assertThat(wrong).as("seed %d", seed).isLessThan(MANY / 10);
    }

    @Test
    void nothingIsInAnEmptyOne() {
        assertThat(fingerprints.mayContain(hash(new Random(1)))).isFalse();
    }

    @Test
    void withoutMemoryItMayContainAnythingAndKeepsNone() {
        assertThat(memory.take(8L * 1024 * 1024 - 70 * 1024)).isTrue();
        Random random = new Random(1);
        for (int i = 0; i < MANY; i++) {
            fingerprints.add(hash(random));
        }
        assertThat(fingerprints.mayContain(hash(random))).isTrue();
        assertThat(memory.take(70 * 1024)).as("it gave back what it had").isTrue();
    }

    @Test
    void whatIsReleasedCanBeTakenAgain() {
        fingerprints.add(hash(new Random(1)));
        assertThat(memory.take(8L * 1024 * 1024)).isFalse();
        fingerprints.release();
        assertThat(memory.take(8L * 1024 * 1024)).isTrue();
    }

    private static byte[] hash(Random random) {
        byte[] hash = new byte[HASH_BYTES];
        random.nextBytes(hash);
        return hash;
    }
}

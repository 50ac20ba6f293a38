package dev.fanfare.torture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class TroublemakerTest {
    private static final List<FaultKind> KINDS = Arrays.asList(FaultKind.values());
    private static final Duration FOREVER = Duration.ofHours(1);

    /** The first faults of a seed, as one who does nothing sees them. */
    private static List<String> faults(long seed, int count) throws InterruptedException {
        List<String> seen = Collections.synchronizedList(new ArrayList<>());
        CountDownLatch enough = new CountDownLatch(count);
        Troublemaker troublemaker = new Troublemaker(
                "test",
                KINDS,
                (kind, random, hold) -> {
                    if (enough.getCount() == 0) {
                        throw new IllegalStateException("enough");
                    }
                    seen.add(kind + " " + hold + " " + random.nextInt());
                    enough.countDown();
                    return "nobody";
                },
                new FaultLog(),
                seed,
                Duration.ofSeconds(5),
                Duration.ZERO);
        troublemaker.start(FOREVER);
        enough.await();
        assertThatThrownBy(troublemaker::join).as("its failure is not hidden").hasMessage("enough");
        return seen;
    }

    @Test
    void theSameSeedBreaksTheSameThingsForTheSameTimes() throws InterruptedException {
        assertThat(faults(7, 40)).isEqualTo(faults(7, 40)).isNotEqualTo(faults(8, 40));
    }

    @Test
    void everyKindComesOnceBeforeAnyComesAgain() throws InterruptedException {
        List<String> kinds = faults(7, KINDS.size()).stream()
                .map(fault -> fault.substring(0, fault.indexOf(' ')))
                .toList();
        assertThat(new HashSet<>(kinds)).hasSameSizeAs(KINDS);
    }
}

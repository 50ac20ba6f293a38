package dev.fanfare.benchmarks.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GcLogTest {
    @TempDir
    Path folder;

    @Test
    void whatIsAllocatedIsWhatHeapsGrewByBetweenCollections() throws Exception {
        Path file = Files.writeString(folder.resolve("gc"), """
                [900ms] GC(0) Pause Young (Allocation Failure) 10M->3M(60M) 1.000ms
                [1000ms] GC(1) Pause Young (Allocation Failure) 20M->4M(60M) 1.000ms
                [1500ms] GC(2) Pause Young (Allocation Failure) 24M->5M(60M) 1.000ms
                [2000ms] GC(3) Pause Young (Allocation Failure) 35M->6M(60M) 1.000ms
                [9000ms] GC(4) Pause Young (Allocation Failure) 55M->6M(60M) 1.000ms
                [9100ms] GC(5) Pause Full (Diagnostic Command) 7M->2M(60M) 9.000ms
                """);
        GcLog log = GcLog.read(file);
        // 20 + 30 MiB in one second, and as much in the other
        assertThat(log.allocatedBytes(950, 2_950)).isCloseTo(100 * 1024 * 1024.0, within(1.0));
        assertThat(log.allocatedBytes(3_000, 8_000)).as("no collection in it").isNull();
        assertThat(log.peakMib()).isEqualTo(55);
        assertThat(log.liveMib()).isEqualTo(6);
        assertThat(log.heldMib(1_000, 9_100)).containsExactly(2L);
        assertThat(log.heldMib(1_000, 9_000)).isEmpty();
    }
}

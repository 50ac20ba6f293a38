package dev.fanfare.benchmarks;

import dev.fanfare.dispatcher.ledger.CommitPoint;
import dev.fanfare.dispatcher.ledger.OffsetLedger;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a delivery costs in the ledger (open and complete, in random order within a window of 4,096), and what a commit
 * costs when half of a full window is complete.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class LedgerBenchmark {
    private static final int BATCH = 4_096;

    private final UUID topicId = new UUID(1, 2);
    private final int[] order = new int[BATCH];
    private OffsetLedger ledger = OffsetLedger.startingAt(0, topicId, 1);
    private OffsetLedger half = OffsetLedger.startingAt(0, topicId, 1);

    /** A random order of completion, the same in every run. */
    @Setup
    public void prepare() {
        SplittableRandom random = new SplittableRandom(7);
        for (int i = 0; i < BATCH; i++) {
            order[i] = i;
        }
        for (int i = BATCH - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int swapped = order[i];
            order[i] = order[j];
            order[j] = swapped;
        }
        half = OffsetLedger.startingAt(0, topicId, 1);
        for (long offset = 0; half.hasRoom(); offset++) {
            half.open(offset);
            if (random.nextBoolean() && offset > 0) {
                half.complete(1, offset);
            }
        }
    }

    /** One delivery opened and completed. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public long openAndComplete() {
        long base = ledger.position();
        for (int i = 0; i < BATCH; i++) {
            ledger.open(base + i);
        }
        for (int i = 0; i < BATCH; i++) {
            ledger.complete(1, base + order[i]);
        }
        return ledger.base();
    }

    /** One commit of a full, half complete window: the worst case. */
    @Benchmark
    public CommitPoint commitPoint() {
        return half.commitPoint();
    }
}

package dev.fanfare.benchmarks.ingest;

import dev.fanfare.benchmarks.run.BenchmarkFailure;
import dev.fanfare.benchmarks.run.Child;
import dev.fanfare.benchmarks.run.Figure;
import dev.fanfare.benchmarks.run.GcLog;
import dev.fanfare.benchmarks.run.HttpLoad;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Whether the ingest service holds more and more, the longer it is under load. Now and then it is made to collect all its
 * garbage: what is left is what it holds. Confined to one thread, beside the one that makes it collect.
 */
final class IngestSoak {
    /** The first are of a JVM that still loads classes and fills pools. */
    private static final int COLLECTIONS = 10;

    private static final int WARM_UP = 3;
    /** A flat heap's collections differ by what was under way when they looked. */
    private static final double TOLERATED = 1.25;

    private static final long TOLERATED_MIB = 8;

    private final Child ingest;
    private final Path gcLog;
    private final HttpLoad load;
    private final byte[][] requests;
    private final Duration each;
    private long answered;

    /** One phase lasts that long. */
    IngestSoak(Child ingest, Path gcLog, HttpLoad load, byte[][] requests, Duration each) {
        if (each.compareTo(Duration.ofSeconds(20)) < 0) {
            throw BenchmarkFailure.of("--soak: " + each.toSeconds() + "s is too short to tell anything: 20s or more");
        }
        this.ingest = ingest;
        this.gcLog = gcLog;
        this.load = load;
        this.requests = requests;
        this.each = each;
    }

    /** How many answers the latest run had. */
    long answered() {
        return answered;
    }

    /**
     * Sends as fast as it goes.
     *
     * @param status of the answers; what was under way when a broker stopped may be answered otherwise
     */
    Map<Figure, Double> run(String status) {
        long fromMillis = System.currentTimeMillis();
        double cpuBefore = ingest.cpuSeconds();
        Feed feed = new Feed(status);
        AtomicReference<@Nullable BenchmarkFailure> failure = new AtomicReference<>();
        Thread collector = new Thread(() -> collect(failure), "collector");
        collector.setDaemon(true);
        collector.start();
        load.run(feed);
        try {
            collector.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        BenchmarkFailure failed = failure.get();
        if (failed != null) {
            throw failed;
        }
        answered = feed.answered;
        List<Long> held = GcLog.read(gcLog).heldMib(fromMillis, System.currentTimeMillis());
        Map<Figure, Double> figures = new EnumMap<>(Figure.class);
        figures.put(Figure.PER_SECOND, answered * 1e9 / each.toNanos());
        figures.put(Figure.CPU, (ingest.cpuSeconds() - cpuBefore) * 100_000 / answered);
        figures.put(Figure.RESIDENT_MIB, (double) ingest.peakResidentMib());
        if (held.size() <= 2 * WARM_UP) {
            throw BenchmarkFailure.of("only " + held.size() + " collections were seen; see " + gcLog);
        }
        long atFirst = most(held.subList(WARM_UP, held.size() - WARM_UP));
        long atLast = most(held.subList(held.size() - WARM_UP, held.size()));
        figures.put(Figure.HELD_BEFORE_MIB, (double) atFirst);
        figures.put(Figure.HELD_AFTER_MIB, (double) atLast);
        if (atLast > atFirst * TOLERATED + TOLERATED_MIB) {
            throw BenchmarkFailure.of("the heap grows: after each collection it held " + held + " MiB; see " + gcLog);
        }
        return figures;
    }

    private static long most(List<Long> held) {
        return held.stream().mapToLong(each -> each).max().orElse(0);
    }

    private void collect(AtomicReference<@Nullable BenchmarkFailure> failure) {
        try {
            for (int i = 0; i < COLLECTIONS; i++) {
                Thread.sleep(each.toMillis() / (COLLECTIONS + 1));
                ingest.collectGarbage();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (BenchmarkFailure e) {
            failure.set(e);
        }
    }

    /** As many as it takes, until the time is over. */
    private final class Feed implements HttpLoad.Feed {
        private final String status;
        private final long endNanos = System.nanoTime() + each.toNanos();
        private long answered;

        Feed(String status) {
            this.status = "HTTP/1.1 " + status + " ";
        }

        @Override
        public long due(long elapsedNanos) {
            return Long.MAX_VALUE;
        }

        @Override
        public ByteBuffer next(long number, long dueNanos) {
            return ByteBuffer.wrap(requests[(int) (number % requests.length)]);
        }

        @Override
        public long dueNanos(long number, long nowNanos) {
            return nowNanos;
        }

        @Override
        public void answered(long dueNanos, long answeredNanos) {
            answered++;
        }

        @Override
        public boolean takes(String statusLine) {
            return statusLine.startsWith(status);
        }

        @Override
        public boolean isOver() {
            return System.nanoTime() > endNanos;
        }
    }
}

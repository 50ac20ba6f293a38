package dev.fanfare.benchmarks.matching;

import dev.fanfare.contract.event.Event;
import dev.fanfare.router.matching.SubscriptionIndex;
import dev.fanfare.router.matching.SubscriptionMatcher;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What it costs to find the ten subscriptions that an event goes to, of however many there are, and what their filters
 * cost. Events are of random types, so that a large index is not in the processor's caches, as in life.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 1, jvmArgs = "-Xmx2g")
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class MatchingBenchmark {
    private static final int MATCHES = 10;
    private static final int EVENTS = 8_192;

    @Param({"1000", "10000", "100000", "1000000"})
    private int subscriptions;

    @Param({"NONE"})
    private FilterKind filters = FilterKind.NONE;

    private final Event[] events = new Event[EVENTS];
    private SubscriptionMatcher matcher = matcher(new SubscriptionIndex());
    private int next;

    @Setup
    public void fill() {
        Crowd crowd = new Crowd(MATCHES, filters);
        matcher = matcher(crowd.index(subscriptions));
        SplittableRandom random = new SplittableRandom(42);
        for (int i = 0; i < EVENTS; i++) {
            events[i] = crowd.event(random.nextInt(subscriptions));
        }
    }

    private static SubscriptionMatcher matcher(SubscriptionIndex index) {
        return new SubscriptionMatcher(index, failure -> {
            throw new IllegalStateException("a filter failed: " + failure);
        });
    }

    /** One event matched with all. */
    @Benchmark
    public int match() {
        next = (next + 1) % EVENTS;
        int matches = matcher.match(Crowd.TENANT, events[next]).size();
        if (matches != MATCHES) {
            throw new IllegalStateException(matches + " matches");
        }
        return matches;
    }
}

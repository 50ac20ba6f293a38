package dev.fanfare.benchmarks.matching;

import dev.fanfare.contract.event.Event;
import dev.fanfare.router.matching.Candidate;
import dev.fanfare.router.matching.SubscriptionIndex;
import dev.fanfare.router.matching.SubscriptionMatcher;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
    private static final Candidate[] NOBODY = {};

    @Param({"1000", "10000", "100000", "1000000"})
    private int subscriptions;

    @Param({"NONE"})
    private FilterKind filters = FilterKind.NONE;

    private final Event[] events = new Event[EVENTS];
    private SubscriptionMatcher matcher = matcher(new SubscriptionIndex());
    private final Map<String, Candidate[]> plain = new HashMap<>();
    private int next;

    @Setup
    public void fill() {
        Crowd crowd = new Crowd(MATCHES, filters);
        matcher = matcher(crowd.index(subscriptions));
        for (int n = 0; n < subscriptions; n += MATCHES) {
            Event event = crowd.event(n);
            plain.put(event.type(), matcher.match(Crowd.TENANT, event).toArray(Candidate[]::new));
        }
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
        return matches().size();
    }

    /** The same, and of each match what its delivery begins with: the router pays for it once, here or there. */
    @Benchmark
    public long matchAndRead() {
        long sum = 0;
        for (Candidate match : matches()) {
            sum += read(match);
        }
        return sum;
    }

    /** What the memory alone costs: one look-up in a hash map that knows nothing of tenants, prefixes and changes. */
    @Benchmark
    public long plainMapAndRead() {
        long sum = 0;
        for (Candidate match : plain.getOrDefault(nextEvent().type(), NOBODY)) {
            sum += read(match);
        }
        return sum;
    }

    private static long read(Candidate match) {
        return match.versionOffset() + match.key()[0];
    }

    private Event nextEvent() {
        next = (next + 1) % EVENTS;
        return events[next];
    }

    private List<Candidate> matches() {
        List<Candidate> matches = matcher.match(Crowd.TENANT, nextEvent());
        if (matches.size() != MATCHES) {
            throw new IllegalStateException(matches.size() + " matches");
        }
        return matches;
    }
}

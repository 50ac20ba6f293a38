package dev.fanfare.benchmarks;

import dev.fanfare.dispatcher.lane.Admission;
import dev.fanfare.dispatcher.lane.BreakerRules;
import dev.fanfare.dispatcher.lane.LaneLimits;
import dev.fanfare.dispatcher.lane.LaneRules;
import dev.fanfare.dispatcher.lane.Lanes;
import dev.fanfare.dispatcher.lane.Result;
import dev.fanfare.dispatcher.lane.Turn;
import io.github.bucket4j.Bucket;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A delivery's way through its lane, queue, cap, rate and breaker included; beside it what libraries take for the rate or
 * the breaker alone. The benchmarks called {@code make…} tell with {@code -prof gc} what one of each takes in memory.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class LaneBenchmark {
    private static final String KEY = "tenant/subscription";
    private static final LaneLimits LIMITS = new LaneLimits(1_000, 2_048, 50_000, 64L << 20);
    private static final LaneRules UNLIMITED = LaneRules.atMost(16);
    /** Looked at each time, and never in the way. */
    private static final LaneRules LIMITED = new LaneRules(16, 1e9);

    private static final CircuitBreakerConfig BREAKER = CircuitBreakerConfig.custom()
            .slidingWindow(10, 10, CircuitBreakerConfig.SlidingWindowType.COUNT_BASED)
            .build();
    private static final RateLimiterConfig LIMITER = RateLimiterConfig.custom()
            .limitForPeriod(1_000_000_000)
            .limitRefreshPeriod(Duration.ofSeconds(1))
            .timeoutDuration(Duration.ZERO)
            .build();

    private final Lanes<String> lanes = lanes();
    private final CircuitBreaker circuitBreaker = CircuitBreaker.of(KEY, BREAKER);
    private final RateLimiter rateLimiter = RateLimiter.of(KEY, LIMITER);
    private final Bucket bucket = bucket();

    private static Lanes<String> lanes() {
        return new Lanes<>(LIMITS, BreakerRules.DEFAULT, System::nanoTime);
    }

    private static Bucket bucket() {
        return Bucket.builder()
                .addLimit(limit -> limit.capacity(1_000_000_000).refillGreedy(1_000_000_000, Duration.ofSeconds(1)))
                .build();
    }

    /** Our lane: offered, handed out, ended. */
    @Benchmark
    public Object lane() {
        return through(UNLIMITED);
    }

    /** The same with a rate limit. */
    @Benchmark
    public Object laneWithRate() {
        return through(LIMITED);
    }

    private Object through(LaneRules rules) {
        Admission admission = lanes.offer(KEY, KEY, 1_024, rules);
        Turn<String> turn = lanes.next();
        if (turn == null) {
            throw new IllegalStateException("nothing to start after " + admission);
        }
        return turn.end(Result.SUCCEEDED);
    }

    /** Resilience4j's breaker alone. */
    @Benchmark
    public boolean resilience4jBreaker() {
        boolean permitted = circuitBreaker.tryAcquirePermission();
        circuitBreaker.onSuccess(1, TimeUnit.MICROSECONDS);
        return permitted;
    }

    /** Resilience4j's rate limiter alone. */
    @Benchmark
    public boolean resilience4jRate() {
        return rateLimiter.acquirePermission();
    }

    /** Bucket4j alone. */
    @Benchmark
    public boolean bucket4j() {
        return bucket.tryConsume(1);
    }

    /** The first delivery of a subscription, in and out: what its lane takes is what is left. */
    @Benchmark
    public Object makeLanes() {
        Lanes<String> fresh = lanes();
        return fresh.offer(KEY, KEY, 1_024, UNLIMITED);
    }

    /** One of theirs. */
    @Benchmark
    public Object makeResilience4jBreaker() {
        return CircuitBreaker.of(KEY, BREAKER);
    }

    /** One of theirs. */
    @Benchmark
    public Object makeBucket4j() {
        return bucket();
    }
}

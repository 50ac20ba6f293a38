package dev.fanfare.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenBucketTest {
    private static final long SECOND = 1_000_000_000L;

    @ParameterizedTest
    @ValueSource(longs = {0, -5 * SECOND, Long.MAX_VALUE - SECOND / 2})
    void aSecondsWorthComesAtOnceAndThenOneAnInterval(long start) {
        TokenBucket bucket = new TokenBucket(start);
        for (int i = 0; i < 10; i++) {
            assertThat(bucket.left(10, start)).isEqualTo(10 - i);
            assertThat(bucket.take(10, start)).isZero();
        }

        assertThat(bucket.take(10, start)).isEqualTo(SECOND / 10);
        assertThat(bucket.take(10, start + SECOND / 10 - 1)).isEqualTo(1);
        assertThat(bucket.take(10, start + SECOND / 10)).isZero();
        assertThat(bucket.take(10, start + SECOND / 10)).isEqualTo(SECOND / 10);
        assertThat(bucket.untilFullNanos(start + 10 * SECOND)).isZero();
        assertThat(bucket.left(10, start + 10 * SECOND)).isEqualTo(10);
    }

    @Test
    void aRateBelowOneASecondTakesOneAtATime() {
        TokenBucket bucket = new TokenBucket(0);

        assertThat(bucket.take(0.1, 0)).isZero();
        assertThat(bucket.take(0.1, 0)).isEqualTo(10 * SECOND);
        assertThat(bucket.take(0.1, 10 * SECOND)).isZero();
    }

    @Test
    void whatABatchTakesBeyondIsWaitedForByWhoComesLater() {
        TokenBucket bucket = new TokenBucket(0);
        assertThat(bucket.take(10, 0)).isZero();

        bucket.charge(29, 10, 0);

        assertThat(bucket.left(10, 0)).isZero();
        assertThat(bucket.take(10, 0)).isEqualTo(2 * SECOND + SECOND / 10);
        assertThat(bucket.take(10, 2 * SECOND + SECOND / 10)).isZero();
    }

    @Test
    void ofManyThreadsExactlyAsManyGetThroughAsThereAreTokens() throws Exception {
        TokenBucket bucket = new TokenBucket(0);
        AtomicInteger through = new AtomicInteger();
        CountDownLatch start = new CountDownLatch(1);
        Thread[] threads = IntStream.range(0, 4)
                .mapToObj(i -> new Thread(() -> {
                    try {
                        start.await();
                    } catch (InterruptedException e) {
                        return;
                    }
                    for (int n = 0; n < 1_000; n++) {
                        if (bucket.take(1_500, 0) == 0) {
                            through.incrementAndGet();
                        }
                    }
                }))
                .toArray(Thread[]::new);
        for (Thread thread : threads) {
            thread.start();
        }
        start.countDown();
        for (Thread thread : threads) {
            thread.join();
        }

        assertThat(through).hasValue(1_500);
    }
}

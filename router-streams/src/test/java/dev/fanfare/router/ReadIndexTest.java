package dev.fanfare.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.DisconnectException;
import org.junit.jupiter.api.Test;

class ReadIndexTest {
    private static final Duration LONG = Duration.ofSeconds(20);

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final ScriptedView view = new ScriptedView();

    @Test
    void aBatchWaitsUntilTheEndThatWasToldIsRead() throws Exception {
        ReadIndex readIndex = readIndex(LONG);
        view.answers.add(CompletableFuture.completedFuture(5L));
        CountDownLatch mayBeRouted = new CountDownLatch(1);
        Thread streamThread = new Thread(() -> {
            readIndex.ask();
            readIndex.await();
            mayBeRouted.countDown();
        });
        streamThread.start();
        view.readTo(4);
        assertThat(mayBeRouted.await(100, TimeUnit.MILLISECONDS)).isFalse();
        view.readTo(5);
        assertThat(mayBeRouted.await(10, TimeUnit.SECONDS)).isTrue();
        streamThread.join();
        assertThat(givenUp()).isZero();
    }

    @Test
    void allRecordsOfABatchShareOneQuestion() {
        ReadIndex readIndex = readIndex(LONG);
        view.readTo(5);
        view.answers.add(CompletableFuture.completedFuture(5L));
        readIndex.ask();
        readIndex.await();
        readIndex.await();
        readIndex.await();
        assertThat(view.questions).isOne();
        assertThat(meters.get("fanfare.router.read.index").timer().count()).isOne();
    }

    @Test
    void theNextBatchAsksAgain() {
        ReadIndex readIndex = readIndex(Duration.ofMillis(50));
        view.readTo(5);
        view.answers.add(CompletableFuture.completedFuture(5L));
        view.answers.add(CompletableFuture.completedFuture(6L));
        readIndex.ask();
        readIndex.await();
        readIndex.ask();
        view.readTo(6);
        readIndex.await();
        assertThat(view.questions).isEqualTo(2);
        assertThat(givenUp()).isZero();
    }

    @Test
    void aBatchThatNobodyAskedForIsAskedForWhenItIsRouted() {
        ReadIndex readIndex = readIndex(LONG);
        view.answers.add(CompletableFuture.completedFuture(0L));
        readIndex.await();
        assertThat(view.questions).isOne();
    }

    @Test
    void itGivesUpAfterTheTimeOutOnceForTheBatch() {
        ReadIndex readIndex = readIndex(Duration.ofMillis(50));
        view.answers.add(CompletableFuture.completedFuture(5L));
        readIndex.ask();
        readIndex.await();
        readIndex.await();
        assertThat(givenUp()).isOne();
    }

    @Test
    void itGivesUpWhereNoAnswerComes() {
        ReadIndex readIndex = readIndex(Duration.ofMillis(50));
        view.answers.add(new CompletableFuture<>());
        readIndex.ask();
        readIndex.await();
        assertThat(givenUp()).isOne();
    }

    @Test
    void itAsksAgainWhereTheBrokerRefusesToAnswer() {
        ReadIndex readIndex = readIndex(LONG);
        view.readTo(5);
        view.answers.add(CompletableFuture.failedFuture(new DisconnectException()));
        view.answers.add(CompletableFuture.completedFuture(5L));
        readIndex.ask();
        readIndex.await();
        assertThat(view.questions).isEqualTo(2);
        assertThat(givenUp()).isZero();
    }

    @Test
    void aQuestionThatCannotEvenBeAskedIsAskedAgain() {
        ReadIndex readIndex = readIndex(LONG);
        view.readTo(5);
        view.refusals = 1;
        view.answers.add(CompletableFuture.completedFuture(5L));
        readIndex.ask();
        readIndex.await();
        assertThat(givenUp()).isZero();
    }

    @Test
    void theInterceptorNamesTheSettingThatItMisses() {
        try (ReadIndexInterceptor interceptor = new ReadIndexInterceptor()) {
            assertThatThrownBy(() -> interceptor.configure(Map.of())).hasMessage(ReadIndexInterceptor.READ_INDEX);
        }
    }

    private ReadIndex readIndex(Duration timeout) {
        return new ReadIndex(view, timeout, new RouterMetrics(meters));
    }

    private double givenUp() {
        return meters.get("fanfare.router.read.index.given.up").counter().count();
    }

    /** A table whose position and whose answers the test decides. */
    private static final class ScriptedView implements ReadIndex.View {
        final Deque<CompletableFuture<Long>> answers = new ArrayDeque<>();
        int questions;
        int refusals;
        private long position;

        @Override
        public CompletionStage<Long> endOffset() {
            questions++;
            if (refusals-- > 0) {
                throw new KafkaException("refused by the test");
            }
            return answers.remove();
        }

        @Override
        public synchronized boolean awaitPosition(long offset, Duration timeout) {
            long deadlineNanos = System.nanoTime() + timeout.toNanos();
            try {
                while (position < offset) {
                    long leftNanos = deadlineNanos - System.nanoTime();
                    if (leftNanos <= 0) {
                        return false;
                    }
                    TimeUnit.NANOSECONDS.timedWait(this, leftNanos);
                }
                return true;
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }

        synchronized void readTo(long offset) {
            position = offset;
            notifyAll();
        }
    }
}

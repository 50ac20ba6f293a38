package dev.fanfare.runtime.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;

class BrokerWatchTest {
    private final Deque<CompletableFuture<String>> questions = new ArrayDeque<>();
    private long nowNanos = -5;
    private final BrokerWatch watch = new BrokerWatch(
            () -> {
                CompletableFuture<String> question = new CompletableFuture<>();
                questions.add(question);
                return question;
            },
            Duration.ofSeconds(30),
            () -> nowNanos);

    @Test
    void aSilenceWithinItsPatienceIsNothingToSpeakOf() {
        watch.ask();
        pass(30);
        assertThat(watch.readiness().isReady()).isTrue();
        assertThat(watch.silence()).isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void aLongerOneIsToldWithItsLengthAndWhatKafkaSaidLast() {
        answer();
        pass(25);
        watch.ask();
        questions.remove().completeExceptionally(new TimeoutException("no broker there"));
        assertThat(watch.readiness().isReady()).isTrue();
        pass(20);
        assertThat(watch.readiness().reason()).isEqualTo("Kafka has not answered for 45s (no broker there)");
    }

    @Test
    void theFirstAnswerEndsIt() {
        pass(100);
        assertThat(watch.readiness().isReady()).isFalse();
        answer();
        assertThat(watch.readiness().isReady()).isTrue();
        assertThat(watch.silence()).isZero();
    }

    @Test
    void nothingIsAskedWhileAQuestionIsOpen() {
        watch.ask();
        watch.ask();
        assertThat(questions).hasSize(1);
        questions.remove().completeExceptionally(new TimeoutException());
        watch.ask();
        assertThat(questions).hasSize(1);
    }

    private void answer() {
        watch.ask();
        questions.remove().complete("cluster");
    }

    private void pass(int seconds) {
        nowNanos += Duration.ofSeconds(seconds).toNanos();
    }
}

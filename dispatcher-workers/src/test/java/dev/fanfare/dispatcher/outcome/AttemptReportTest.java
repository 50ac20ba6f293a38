package dev.fanfare.dispatcher.outcome;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.contract.delivery.Attempt;
import dev.fanfare.contract.delivery.Verdict;
import dev.fanfare.dispatcher.outcome.Outcomes.Concluded;
import dev.fanfare.runtime.metric.ProcessMetric;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AttemptReportTest {
    private static final long ACCEPTED = 1_000_000;

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final AttemptReport report = new AttemptReport(meters);

    @Test
    void aDeliveryThatWasTakenAtItsThirdAttemptIsOneWithTwoRetries() {
        report.tell(concluded(Verdict.RETRY, 1, 503, null));
        report.tell(concluded(Verdict.RETRY, 2, null, null));
        report.tell(concluded(Verdict.DELIVERED, 3, 204, null));

        assertThat(attempts("retry", "5xx")).isEqualTo(1);
        assertThat(attempts("retry", "none")).isEqualTo(1);
        assertThat(attempts("delivered", "2xx")).isEqualTo(1);
        assertThat(DispatcherMetric.DELIVERED.counter(meters).count()).isEqualTo(1);
        assertThat(DispatcherMetric.RETRIES.summary(meters, "delivered").totalAmount())
                .isEqualTo(2);
        assertThat(DispatcherMetric.RETRIES.summary(meters, "dead").count()).isZero();
        assertThat(DispatcherMetric.ATTEMPT_DURATION.timer(meters).count()).isEqualTo(3);
        assertThat(DispatcherMetric.LATENCY.timer(meters).totalTime(TimeUnit.MILLISECONDS))
                .as("from its acceptance to the end of the last attempt")
                .isEqualTo(5_020);
    }

    @Test
    void whatIsReplayedIsNotLate() {
        report.tell(concluded(Verdict.DELIVERED, 1, 200, "run-1"));
        assertThat(DispatcherMetric.DELIVERED.counter(meters).count()).isEqualTo(1);
        assertThat(DispatcherMetric.LATENCY.timer(meters).count()).isZero();
    }

    @Test
    void eachDeadLetterIsCountedByItsReason() {
        report.tell(concluded(Verdict.EXHAUSTED, 4, 500, null));
        report.tell(concluded(Verdict.FORBIDDEN, 0, null, null));
        report.dead(Verdict.UNDECODABLE);

        assertThat(dead("exhausted")).isEqualTo(1);
        assertThat(dead("forbidden")).isEqualTo(1);
        assertThat(dead("undecodable")).isEqualTo(1);
        assertThat(DispatcherMetric.RETRIES.summary(meters, "dead").count())
                .as("what was never attempted has no retries")
                .isEqualTo(1);
        assertThat(DispatcherMetric.ATTEMPT_DURATION.timer(meters).count())
                .as("nothing was sent to a forbidden address")
                .isEqualTo(1);
    }

    @Test
    void whatEndsWithoutAnAttemptOrWaitsIsNoDeadLetter() {
        report.tell(concluded(Verdict.CANCELLED, 0, null, null));
        report.deferred();
        report.parked();
        assertThat(attempts("cancelled", "none")).isEqualTo(1);
        assertThat(DispatcherMetric.DEFERRALS.counter(meters).count()).isEqualTo(1);
        assertThat(DispatcherMetric.PARKED.counter(meters).count()).isEqualTo(1);
        for (Verdict verdict : Verdict.values()) {
            assertThat(verdict.isDeadLetter() ? dead(verdict.text()) : 0)
                    .as(verdict.text())
                    .isZero();
        }
    }

    private double attempts(String verdict, String status) {
        return DispatcherMetric.ATTEMPTS.counter(meters, verdict, status).count();
    }

    private double dead(String reason) {
        return ProcessMetric.DEAD_LETTERS.counter(meters, reason).count();
    }

    private static Concluded concluded(Verdict verdict, int attempt, @Nullable Integer status, @Nullable String run) {
        return new Concluded(
                new Attempt(
                        "dlv_1",
                        "acme",
                        "orders",
                        "event-1",
                        "order.created",
                        attempt,
                        verdict.text(),
                        ACCEPTED + 5_000,
                        20,
                        status,
                        null,
                        null,
                        null,
                        run,
                        ACCEPTED),
                verdict,
                attempt > 0,
                ACCEPTED,
                new Outcome(new TopicPartition("deliveries", 0), 1, 1, 0, List::of));
    }
}

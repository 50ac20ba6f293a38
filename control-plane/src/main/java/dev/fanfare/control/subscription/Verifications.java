package dev.fanfare.control.subscription;

import dev.fanfare.contract.delivery.Attempt;
import dev.fanfare.contract.run.Actor;
import dev.fanfare.contract.subscription.Subscription;
import dev.fanfare.contract.subscription.Subscription.State;
import dev.fanfare.contract.subscription.Verification;
import dev.fanfare.control.attempt.AttemptIndex;
import dev.fanfare.control.attempt.AttemptQuery;
import dev.fanfare.control.subscription.SubscriptionWriter.Change;
import dev.fanfare.runtime.kafka.CompactedTable.Row;
import dev.fanfare.runtime.kafka.KafkaAnswer;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Activates subscriptions whose endpoints have answered their challenge, and disables those that didn't.
 *
 * <pre>
 * created, URL changed, asked again ─▶ TestSender ─▶ fanfare.deliveries ─▶ dispatcher ─▶ endpoint
 * each round: those that wait ─▶ AttemptIndex, read to its end: what did it answer? ─▶ writer: still the same challenge? ─▶ active | disabled
 * </pre>
 *
 * <p>Every instance does so, and comes to the same. Confined to one thread.
 */
public final class Verifications {
    private static final Logger LOG = LoggerFactory.getLogger(Verifications.class);
    private static final Actor SELF = new Actor("Fanfare, for what its endpoint made of the challenge", null, null);
    private static final Duration WRITE_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration CATCH_UP = Duration.ofSeconds(10);
    private static final int MOST_ATTEMPTS = 50;

    private final AttemptIndex attempts;
    private final SubscriptionIndex index;
    private final SubscriptionWriter writer;
    private final Duration timeout;
    private final Clock clock;

    /**
     * Over parts that stay the caller's.
     *
     * @param timeout so long an endpoint has time to answer, from when it was asked first
     */
    public Verifications(
            AttemptIndex attempts, SubscriptionIndex index, SubscriptionWriter writer, Duration timeout, Clock clock) {
        this.attempts = attempts;
        this.index = index;
        this.writer = writer;
        this.timeout = timeout;
        this.clock = clock;
    }

    /** Looks once. Waits for Kafka. */
    public void look() {
        List<Row<Subscription>> due = index.waitingForAnswer().stream()
                .filter(row -> !settled(row.value(), sent(row.value())).equals(row.value()))
                .toList();
        // An answer that is on its topic but not read yet, as just after a start, is an answer.
        if (!due.isEmpty() && attempts.catchUp(CATCH_UP)) {
            due.forEach(this::settle);
        }
    }

    private List<Attempt> sent(Subscription waiting) {
        return attempts.find(
                        AttemptQuery.of(waiting.tenant()).delivery(TestSender.challengeId(waiting)),
                        null,
                        MOST_ATTEMPTS)
                .attempts();
    }

    private Subscription settled(Subscription waiting, List<Attempt> sent) {
        return Verifying.settle(waiting, sent, timeout, clock.millis());
    }

    private void settle(Row<Subscription> row) {
        Subscription waiting = row.value();
        Verification asked = waiting.verification();
        List<Attempt> sent = sent(waiting);
        if (settled(waiting, sent).equals(waiting)) {
            return;
        }
        KafkaAnswer.await(
                writer.submit(waiting.tenant(), waiting.id(), SELF, current -> {
                            if (current == null
                                    || current.value().state() != State.PAUSED
                                    || asked == null
                                    || !asked.equals(current.value().verification())) {
                                return new Change.Keep();
                            }
                            return new Change.Put(settled(current.value(), sent));
                        })
                        .toCompletableFuture(),
                WRITE_TIMEOUT,
                "settling a verification");
        LOG.info("verification settled tenant={} id={}", waiting.tenant(), waiting.id());
    }
}

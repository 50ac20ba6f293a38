package dev.fanfare.retry.plan;

import dev.fanfare.contract.delivery.Verdict;
import java.time.Duration;

/** What becomes of a delivery that was not delivered. */
public sealed interface NextStep {
    /**
     * It waits for its next attempt.
     *
     * @param tierTopic the topic to append it to now
     * @param delay     the whole wait, for the header {@code fanfare-delay-ms}; it may be longer or shorter than that
     *                  tier's own delay: the relay sees to the rest
     */
    record Wait(String tierTopic, Duration delay) implements NextStep {}

    /**
     * It becomes a dead letter.
     *
     * @param reason {@link Verdict#EXHAUSTED} or {@link Verdict#EXPIRED}
     */
    record Dead(Verdict reason) implements NextStep {}
}

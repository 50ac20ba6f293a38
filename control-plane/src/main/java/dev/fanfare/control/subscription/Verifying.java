package dev.fanfare.control.subscription;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.fanfare.contract.DurationText;
import dev.fanfare.contract.delivery.Attempt;
import dev.fanfare.contract.delivery.Verdict;
import dev.fanfare.contract.problem.Problem;
import dev.fanfare.contract.problem.ProblemException;
import dev.fanfare.contract.subscription.Subscription;
import dev.fanfare.contract.subscription.Subscription.State;
import dev.fanfare.contract.subscription.Verification;
import dev.fanfare.contract.subscription.Verification.Status;
import dev.fanfare.control.subscription.SubscriptionWriter.Change;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** What a challenge makes of a subscription. */
final class Verifying {
    /** Shown while the answer is waited for. */
    static final String REASON = "waiting for its endpoint to answer the challenge";

    private static final int CHALLENGE_BYTES = 16;

    private Verifying() {}

    /** How an endpoint proves that it wants a subscription's webhooks. */
    enum Way {
        @JsonProperty("challenge")
        CHALLENGE
    }

    static String mint(RandomGenerator random) {
        byte[] bytes = new byte[CHALLENGE_BYTES];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    /**
     * Has it asked again. Who paused it finds it paused afterwards too.
     *
     * @throws ProblemException 409 where it needn't be
     */
    static Change again(Subscription current, String challenge, long nowMillis) {
        Verification known = current.verification();
        if (known == null) {
            throw new ProblemException(Problem.of(
                    409,
                    "no-verification",
                    "No verification",
                    "subscription '" + current.id()
                            + "' needs no verification: to have its endpoint asked, PATCH it with"
                            + " {\"verification\": \"challenge\"}"));
        }
        return known.status() == Status.VERIFIED
                ? new Change.Keep()
                : new Change.Put(current.toBuilder()
                        .state(State.PAUSED, current.state() == State.PAUSED ? current.stateReason() : REASON)
                        .verification(Verification.pending(challenge, nowMillis))
                        .updatedAtMillis(nowMillis)
                        .build());
    }

    /** Whether a subscription's endpoint is to be asked because of a change. */
    static boolean isAsked(@Nullable Subscription before, @Nullable Subscription after) {
        return after != null
                && after.state() == State.PAUSED
                && after.verification() != null
                && after.verification().isPending()
                && (before == null || !after.verification().equals(before.verification()));
    }

    /**
     * What the attempts so far make of one that waits; itself where it goes on waiting. Its time counts from the first of
     * them: a lane may rest because of the URL before, for about as long. While there is none, twice the time is waited.
     *
     * @param attempts to send the challenge, the newest first
     */
    static Subscription settle(Subscription current, List<Attempt> attempts, Duration timeout, long nowMillis) {
        Verification asked = Objects.requireNonNull(current.verification());
        for (Attempt attempt : attempts) {
            if (attempt.verdict().equals(Verdict.DELIVERED.text())) {
                String answer = Objects.requireNonNullElse(attempt.responseExcerpt(), "");
                return answer.contains(asked.challenge())
                        ? verified(current, asked, nowMillis)
                        : failed(
                                current,
                                asked,
                                "its endpoint answered " + attempt.status() + " to the challenge, but without it",
                                nowMillis);
            }
            boolean isOver = Arrays.stream(Verdict.values())
                    .anyMatch(
                            verdict -> verdict.isDeadLetter() && verdict.text().equals(attempt.verdict()));
            if (isOver) {
                return failed(current, asked, "the challenge was not delivered: " + what(attempt), nowMillis);
            }
        }
        if (attempts.isEmpty()) {
            Duration most = timeout.multipliedBy(2);
            return nowMillis - asked.atMillis() < most.toMillis()
                    ? current
                    : failed(
                            current,
                            asked,
                            "the challenge was not sent within " + DurationText.format(most)
                                    + ": to have its endpoint asked again, POST to …/verify",
                            nowMillis);
        }
        long askedFirst =
                Math.max(asked.atMillis(), attempts.get(attempts.size() - 1).startedAtMillis());
        return nowMillis - askedFirst < timeout.toMillis()
                ? current
                : failed(
                        current,
                        asked,
                        "its endpoint did not answer the challenge within " + DurationText.format(timeout) + ": "
                                + what(attempts.get(0)),
                        nowMillis);
    }

    private static String what(Attempt attempt) {
        return Objects.requireNonNullElse(attempt.error(), attempt.verdict());
    }

    private static Subscription verified(Subscription current, Verification asked, long nowMillis) {
        Subscription.Builder after = current.toBuilder()
                .verification(asked.settled(Status.VERIFIED, nowMillis))
                .updatedAtMillis(nowMillis);
        return (REASON.equals(current.stateReason()) ? after.state(State.ACTIVE, null) : after).build();
    }

    private static Subscription failed(Subscription current, Verification asked, String why, long nowMillis) {
        return current.toBuilder()
                .verification(asked.settled(Status.FAILED, nowMillis))
                .state(State.DISABLED, why)
                .updatedAtMillis(nowMillis)
                .build();
    }
}

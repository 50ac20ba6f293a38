package dev.fanfare.control.subscription;

import dev.fanfare.contract.problem.Problem;
import dev.fanfare.contract.problem.ProblemException;
import dev.fanfare.contract.subscription.Subscription;
import dev.fanfare.contract.subscription.Subscription.State;
import dev.fanfare.contract.subscription.Verification.Status;
import dev.fanfare.control.subscription.SubscriptionWriter.Change;
import org.jspecify.annotations.Nullable;

/** What pausing and resuming make of a subscription. Both may be repeated. */
final class Pausing {
    static final String BY_REQUEST = "by request";

    private Pausing() {}

    /**
     * Events are kept for it from now on, and not sent; where its endpoint has yet to answer a challenge, also after
     * that.
     *
     * @throws ProblemException 409 where it is disabled: nothing is kept for it
     */
    static Change pause(Subscription current, long nowMillis) {
        return switch (current.state()) {
            case ACTIVE -> to(current, State.PAUSED, BY_REQUEST, nowMillis);
            case PAUSED ->
                Verifying.REASON.equals(current.stateReason())
                        ? to(current, State.PAUSED, BY_REQUEST, nowMillis)
                        : new Change.Keep();
            case DISABLED -> throw disabled(current, "so no events are kept for it: to keep them, enable it first");
        };
    }

    /**
     * What was kept for it is sent, and what comes.
     *
     * @throws ProblemException 409 where it is disabled, which resuming doesn't end
     */
    static Change resume(Subscription current, long nowMillis) {
        return switch (current.state()) {
            case ACTIVE -> new Change.Keep();
            case PAUSED -> {
                if (current.verification() != null && current.verification().status() != Status.VERIFIED) {
                    throw unverified(current);
                }
                yield to(current, State.ACTIVE, null, nowMillis);
            }
            case DISABLED -> throw disabled(current, "not paused: to enable it");
        };
    }

    private static Change to(Subscription current, State state, @Nullable String reason, long nowMillis) {
        return new Change.Put(current.toBuilder()
                .state(state, reason)
                .updatedAtMillis(nowMillis)
                .build());
    }

    private static ProblemException unverified(Subscription current) {
        return new ProblemException(Problem.of(
                409,
                "not-verified",
                "Not verified",
                "subscription '" + current.id()
                        + "' begins when its endpoint has answered the challenge: to have it asked"
                        + " again, POST to …/verify"));
    }

    private static ProblemException disabled(Subscription current, String consequence) {
        return new ProblemException(Problem.of(
                409,
                "subscription-disabled",
                "Subscription disabled",
                "subscription '" + current.id() + "' is disabled (" + current.stateReason() + "), " + consequence
                        + ", PATCH it with {\"state\": \"active\"}"));
    }
}

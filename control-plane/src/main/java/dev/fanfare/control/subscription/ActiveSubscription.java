package dev.fanfare.control.subscription;

import dev.fanfare.contract.problem.Problem;
import dev.fanfare.contract.problem.ProblemException;
import dev.fanfare.contract.subscription.Subscription;
import dev.fanfare.contract.subscription.Subscription.State;
import dev.fanfare.runtime.kafka.CompactedTable.Row;

/** A subscription to which something can be sent now. */
final class ActiveSubscription {
    private ActiveSubscription() {}

    /**
     * Finds it.
     *
     * @param what is to be sent, for the error: "replayed"
     * @throws ProblemException 404 where it isn't there, 409 where it is paused or disabled
     */
    static Row<Subscription> require(SubscriptionIndex index, String tenant, String id, String what) {
        Row<Subscription> row = index.get(tenant, id);
        if (row == null) {
            throw SubscriptionRoutes.unknown(tenant, id);
        }
        Subscription subscription = row.value();
        if (subscription.state() != State.ACTIVE) {
            boolean paused = subscription.state() == State.PAUSED;
            throw new ProblemException(Problem.of(
                    409,
                    paused ? "subscription-paused" : "subscription-disabled",
                    paused ? "Subscription paused" : "Subscription disabled",
                    "nothing is sent to subscription '" + id + "' now (" + subscription.stateReason()
                            + "), so nothing can be " + what + " to it: "
                            + (paused ? "resume it" : "PATCH it with {\"state\": \"active\"}") + " first"));
        }
        return row;
    }
}

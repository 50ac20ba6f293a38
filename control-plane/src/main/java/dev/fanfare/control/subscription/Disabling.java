package dev.fanfare.control.subscription;

import dev.fanfare.contract.delivery.Signal;
import dev.fanfare.contract.subscription.Subscription;
import dev.fanfare.contract.subscription.Subscription.State;

/** How a subscription comes to be disabled, and the words that it then shows. */
final class Disabling {
    static final String BY_REQUEST = "by request";
    static final String GONE = "the endpoint answered 410 Gone";

    private Disabling() {}

    /**
     * Whether a signal disables a subscription: it is about this generation, and nobody has changed the subscription
     * since. The second rule keeps a signal that is read again after a restart from undoing what its owner did about it;
     * should it spare an endpoint that is still gone, the next 410 brings the next signal.
     */
    static boolean isCalledFor(Signal signal, Subscription current) {
        return signal.kind().equals(Signal.GONE)
                && signal.generation().equals(current.generation())
                && signal.atMillis() >= current.updatedAtMillis()
                && current.state() != State.DISABLED;
    }

    static Subscription gone(Subscription current, long nowMillis) {
        return current.toBuilder()
                .state(State.DISABLED, GONE)
                .updatedAtMillis(nowMillis)
                .build();
    }
}

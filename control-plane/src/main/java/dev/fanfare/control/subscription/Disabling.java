package dev.fanfare.control.subscription;

import dev.fanfare.contract.DurationText;
import dev.fanfare.contract.delivery.Signal;
import dev.fanfare.contract.subscription.Subscription;
import dev.fanfare.contract.subscription.Subscription.State;
import dev.fanfare.control.attempt.Streak;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** How a subscription comes to be disabled, and the words that it then shows. */
final class Disabling {
    static final String BY_REQUEST = "by request";
    /** For how long an endpoint may fail that is never disabled for it. */
    static final String NEVER = "0s";

    static final String GONE = "the endpoint answered 410 Gone";

    /** Two webhooks in a week that met an endpoint at a bad moment are no proof. */
    static final int LEAST_FAILURES = 5;

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

    /**
     * Whether nothing but failure for so long disables a subscription: by the times of the attempts, so that every
     * instance comes to the same at any time. Time counts from the last change of the subscription at the earliest:
     * whoever mends it, or enables it again, has all of it anew.
     *
     * @param usual for a subscription that says nothing of its own; zero: never
     */
    static boolean isCalledFor(Streak streak, Duration usual, Subscription current) {
        Duration longest = longest(current, usual);
        long since = Math.max(streak.sinceMillis(), current.updatedAtMillis());
        return current.state() == State.ACTIVE
                && !longest.isZero()
                && streak.failures() >= LEAST_FAILURES
                && streak.lastMillis() - since >= longest.toMillis();
    }

    /** For how long its endpoint may do nothing but fail; zero: forever. */
    static Duration longest(Subscription subscription, Duration usual) {
        String own = subscription.disableFailingAfter();
        return own == null ? usual : DurationText.parse(own);
    }

    /** Disabled for its failures. */
    static Subscription failing(Subscription current, Streak streak, long nowMillis) {
        String since = Instant.ofEpochMilli(streak.sinceMillis())
                .truncatedTo(ChronoUnit.SECONDS)
                .toString();
        return current.toBuilder()
                .state(
                        State.DISABLED,
                        "nothing but failures since " + since + ", " + streak.failures() + " attempts without a 2xx")
                .updatedAtMillis(nowMillis)
                .build();
    }

    static Subscription gone(Subscription current, long nowMillis) {
        return current.toBuilder()
                .state(State.DISABLED, GONE)
                .updatedAtMillis(nowMillis)
                .build();
    }
}

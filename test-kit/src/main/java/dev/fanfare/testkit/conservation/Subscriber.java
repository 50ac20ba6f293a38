package dev.fanfare.testkit.conservation;

import dev.fanfare.contract.event.Event;
import dev.fanfare.contract.subscription.Subscription;

/**
 * A subscription as the oracle sees it, and whether it was there, routed to and unchanged from before the first event
 * until after the last: then every match is owed. Of one that came, went or changed meanwhile, what was made counts and
 * must not be lost, but nothing says what had to be made.
 */
public record Subscriber(Subscription subscription, boolean throughout) {

    /** @throws IllegalArgumentException where it has filters, which the oracle knows nothing of */
    public Subscriber {
        if (subscription.filters() != null) {
            throw new IllegalArgumentException("subscription " + subscription.key() + " has filters");
        }
    }

    /** One that stood throughout. */
    public static Subscriber throughout(Subscription subscription) {
        return new Subscriber(subscription, true);
    }

    /** Said again here, in the plainest way: an oracle that asks the router's matcher believes its faults. */
    boolean wants(Event event) {
        return subscription.tenant().equals(event.tenant())
                && subscription.eventTypes().stream()
                        .anyMatch(wanted -> wanted.equals("*")
                                || wanted.equals(event.type())
                                || (wanted.endsWith(".*")
                                        && event.type().startsWith(wanted.substring(0, wanted.length() - 1))));
    }
}

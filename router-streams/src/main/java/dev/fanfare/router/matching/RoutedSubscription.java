package dev.fanfare.router.matching;

import dev.fanfare.contract.UndecodableRecord;
import dev.fanfare.contract.subscription.Subscription;
import java.util.List;
import java.util.UUID;

/**
 * What routing needs of a subscription, and no more: a router holds all of them in memory.
 *
 * @param active   whether events are routed to it
 * @param paused   whether what is routed to it is kept instead of sent
 * @param typeKeys its event types as {@link TypePattern} keys, none of which covers another
 */
public record RoutedSubscription(
        String tenant, String id, UUID generation, boolean active, boolean paused, List<String> typeKeys) {

    /** Reads it from a record of the subscriptions topic. */
    public static RoutedSubscription fromJson(byte[] json) throws UndecodableRecord {
        return of(Subscription.fromJson(json));
    }

    /** Takes from a subscription what routing needs. */
    public static RoutedSubscription of(Subscription subscription) {
        boolean active =
                switch (subscription.state()) {
                    case ACTIVE, PAUSED -> true;
                    case DISABLED -> false;
                };
        return new RoutedSubscription(
                subscription.tenant().intern(),
                subscription.id(),
                subscription.generation(),
                active,
                subscription.state() == Subscription.State.PAUSED,
                TypePattern.keys(subscription.eventTypes()));
    }
}

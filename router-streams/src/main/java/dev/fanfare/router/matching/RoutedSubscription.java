package dev.fanfare.router.matching;

import dev.fanfare.contract.filter.Filter;
import dev.fanfare.contract.problem.Problem.FieldError;
import dev.fanfare.contract.subscription.Subscription;
import java.util.List;
import java.util.UUID;

/**
 * What routing needs of a subscription, and no more: a router holds all of them in memory.
 *
 * @param active    whether events are routed to it
 * @param paused    whether what is routed to it is kept instead of sent
 * @param asCreated whether this is the state that it was created in: never updated since
 * @param typeKeys  its event types as {@link TypePattern} keys, none of which covers another
 * @param filter    which events of these types it wants
 */
public record RoutedSubscription(
        String tenant,
        String id,
        UUID generation,
        boolean active,
        boolean paused,
        boolean asCreated,
        List<String> typeKeys,
        Filter filter) {

    /**
     * Takes from a subscription what routing needs. Where its filters can't be read, nothing is routed to it: what it
     * wants is not known.
     *
     * @param faults what is wrong with its filters is added here
     */
    public static RoutedSubscription of(Subscription subscription, FilterPool filters, List<FieldError> faults) {
        Filter filter = filters.compile(subscription.filters(), faults);
        boolean wanted =
                switch (subscription.state()) {
                    case ACTIVE, PAUSED -> true;
                    case DISABLED -> false;
                };
        return new RoutedSubscription(
                subscription.tenant().intern(),
                subscription.id(),
                subscription.generation(),
                wanted && faults.isEmpty(),
                subscription.state() == Subscription.State.PAUSED,
                subscription.createdAtMillis() == subscription.updatedAtMillis(),
                TypePattern.keys(subscription.eventTypes()),
                faults.isEmpty() ? filter : Filter.EVERYTHING);
    }
}

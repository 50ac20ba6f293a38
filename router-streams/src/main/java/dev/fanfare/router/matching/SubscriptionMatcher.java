package dev.fanfare.router.matching;

import dev.fanfare.contract.delivery.HashRange;
import dev.fanfare.contract.event.Event;
import dev.fanfare.contract.filter.EventView;
import dev.fanfare.contract.filter.Filter;
import dev.fanfare.contract.filter.FilterFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Says who gets an event.
 *
 * <pre>
 * event ─▶ SubscriptionIndex: tenant, type ─▶ candidates ─▶ their filters ─▶ matches
 * </pre>
 *
 * Confined to one thread; many may share one index.
 */
public final class SubscriptionMatcher {
    private final SubscriptionIndex index;
    private final Consumer<FilterFailure> failures;
    private final List<Candidate> matches = new ArrayList<>();

    /**
     * Over an index, which stays the caller's.
     *
     * @param failures told of filters that could not be decided on an event, and counted as false
     */
    public SubscriptionMatcher(SubscriptionIndex index, Consumer<FilterFailure> failures) {
        this.index = index;
        this.failures = failures;
    }

    /**
     * The subscriptions that an event goes to, each once.
     *
     * @param tenant whose event it is
     * @return valid until the next call
     */
    public List<Candidate> match(String tenant, Event event) {
        matches.clear();
        return filtered(event, index.find(tenant, event.type(), HashRange.ALL, matches));
    }

    /**
     * As {@link #match(String, Event)}, of some subscriptions only; the others cost nothing, or nearly so.
     *
     * @param range which share of all subscriptions is looked at
     * @param among whether a subscription of it is one of them; the filters of the others are not asked
     */
    public List<Candidate> match(String tenant, Event event, HashRange range, Predicate<Candidate> among) {
        matches.clear();
        boolean mayFilter = index.find(tenant, event.type(), range, matches);
        matches.removeIf(among.negate());
        return filtered(event, mayFilter);
    }

    private List<Candidate> filtered(Event event, boolean mayFilter) {
        if (mayFilter && hasFilter(matches)) {
            EventView view = new EventView(event, failures);
            matches.removeIf(match -> !match.subscription().filter().matches(view));
        }
        return matches;
    }

    private static boolean hasFilter(List<Candidate> candidates) {
        for (Candidate candidate : candidates) {
            if (candidate.subscription().filter() != Filter.EVERYTHING) {
                return true;
            }
        }
        return false;
    }
}

package dev.fanfare.router.matching;

import dev.fanfare.contract.event.Event;
import java.util.ArrayList;
import java.util.List;

/**
 * Says who gets an event.
 *
 * <pre>
 * event ─▶ SubscriptionIndex: tenant, type ─▶ candidates ─▶ matches
 * </pre>
 *
 * Confined to one thread; many may share one index.
 */
public final class SubscriptionMatcher {
    private final SubscriptionIndex index;
    private final List<Candidate> matches = new ArrayList<>();

    public SubscriptionMatcher(SubscriptionIndex index) {
        this.index = index;
    }

    /**
     * The subscriptions that an event goes to, each once.
     *
     * @param tenant whose event it is
     * @return valid until the next call
     */
    public List<Candidate> match(String tenant, Event event) {
        matches.clear();
        index.find(tenant, event.type(), matches);
        return matches;
    }
}

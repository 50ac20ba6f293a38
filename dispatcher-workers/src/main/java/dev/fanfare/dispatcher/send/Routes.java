package dev.fanfare.dispatcher.send;

import dev.fanfare.dispatcher.http.Reactor;
import dev.fanfare.dispatcher.http.Way;
import dev.fanfare.dispatcher.subscription.Endpoint;
import java.net.InetAddress;
import java.time.Duration;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where attempts went within the last moment: what was looked up and permitted for one holds for those right behind it,
 * so a busy endpoint costs one look-up and one check of its addresses a second, not one for each attempt. Used on the
 * reactor's thread; on any other it knows nothing and keeps nothing.
 */
final class Routes {
    private static final long LONGEST_NANOS = Duration.ofSeconds(1).toNanos();

    /**
     * What was found for one endpoint.
     *
     * @param permitted the addresses that the policy lets through, at least one
     * @param first     the way to the first of them, without a proxy
     */
    record Route(List<InetAddress> permitted, Way first, long sinceNanos) {}

    private final Reactor reactor;
    private final long keptNanos;
    /** By identity: each version of a subscription has an endpoint object of its own. */
    private final IdentityHashMap<Endpoint, Route> known = new IdentityHashMap<>();

    /**
     * Empty.
     *
     * @param addressesHold how long what was looked up holds
     */
    Routes(Reactor reactor, Duration addressesHold) {
        this.reactor = reactor;
        this.keptNanos = Math.min(LONGEST_NANOS, addressesHold.toNanos());
    }

    @Nullable Route find(Endpoint endpoint) {
        Route route = reactor.isHere() ? known.get(endpoint) : null;
        return route != null && System.nanoTime() - route.sinceNanos() < keptNanos ? route : null;
    }

    void keep(Endpoint endpoint, List<InetAddress> permitted, Way first) {
        if (reactor.isHere()) {
            known.put(endpoint, new Route(permitted, first, System.nanoTime()));
        }
    }

    /** Forgets what is out of date. For a timer. */
    void sweep() {
        reactor.run(() -> known.values().removeIf(route -> System.nanoTime() - route.sinceNanos() >= keptNanos));
    }
}

package dev.fanfare.dispatcher.http;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one client, by their ways. Those for one call at a time are here while they idle, the last used
 * first to be used again; those that calls share stay here until they are retired. Confined to the reactor's thread.
 */
final class Connections {
    /** Endpoints often close what idles after a minute; who is sent something more often keeps its connections. */
    static final Duration IDLE = Duration.ofSeconds(30);
    /** An endpoint that moved behind a load balancer is found again after this. */
    static final Duration LIFE = Duration.ofMinutes(10);

    private final Map<Way, ArrayDeque<Connection>> free = new HashMap<>();
    private final Set<Connection> all = new HashSet<>();

    /** One that may carry a call now; null where there is none. */
    @Nullable Connection find(Way way) {
        ArrayDeque<Connection> there = free.get(way);
        if (there == null) {
            return null;
        }
        for (Connection last = there.peekLast(); last != null; last = there.peekLast()) {
            if (!last.mayCarry()) {
                there.removeLast();
            } else if (last instanceof Http1Connection) {
                return there.removeLast();
            } else {
                return last;
            }
        }
        return null;
    }

    /** A connection may be found from now on. */
    void offer(Way way, Connection connection) {
        free.computeIfAbsent(way, unknown -> new ArrayDeque<>(2)).addLast(connection);
    }

    void opened(Connection connection) {
        all.add(connection);
    }

    void closed(Way way, Connection connection) {
        all.remove(connection);
        ArrayDeque<Connection> there = free.get(way);
        if (there != null && there.remove(connection) && there.isEmpty()) {
            free.remove(way);
        }
    }

    /** Closes what idled or lived too long. */
    void sweep(long nowNanos) {
        List<Connection> stale = new ArrayList<>();
        for (Iterator<ArrayDeque<Connection>> ways = free.values().iterator(); ways.hasNext(); ) {
            ArrayDeque<Connection> there = ways.next();
            there.removeIf(connection -> connection.isStale(nowNanos) && stale.add(connection));
            if (there.isEmpty()) {
                ways.remove();
            }
        }
        stale.forEach(Connection::close);
    }

    void close() {
        List.copyOf(all).forEach(Connection::close);
    }
}

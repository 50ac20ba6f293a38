package dev.fanfare.dispatcher.http;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one client, by their ways. Those for one call at a time are free while they idle, the last used
 * first to be used again; those that calls share are free until they are retired. Confined to the reactor's thread.
 */
final class Connections {
    /** Endpoints often close what idles after a minute; who is sent something more often keeps its connections. */
    static final Duration IDLE = Duration.ofSeconds(30);
    /** An endpoint that moved behind a load balancer is found again after this. */
    static final Duration LIFE = Duration.ofMinutes(10);

    private final Map<Way, There> all = new HashMap<>();
    private final ConnectionCount count;

    Connections(ConnectionCount count) {
        this.count = count;
    }

    /** What leads one way. */
    private static final class There {
        final ArrayDeque<Connection> free = new ArrayDeque<>(2);
        final Set<Connection> open = new HashSet<>(4);

        @Nullable Connecting pending;

        boolean spokeHttp1;

        boolean isForgettable() {
            return open.isEmpty() && pending == null;
        }
    }

    /** One that may carry a call now; null where there is none. */
    @Nullable Connection find(Way way) {
        There there = all.get(way);
        if (there == null) {
            return null;
        }
        for (Connection last = there.free.peekLast(); last != null; last = there.free.peekLast()) {
            if (!last.mayCarry()) {
                there.free.removeLast();
            } else if (last instanceof Http1Connection) {
                return there.free.removeLast();
            } else {
                return last;
            }
        }
        return null;
    }

    /** One that is being made and may turn out to be shared; null where there is none. */
    @Nullable Connecting pending(Way way) {
        There there = all.get(way);
        return there == null || there.spokeHttp1 ? null : there.pending;
    }

    /** Begins to be made. */
    void connecting(Way way, Connecting pending) {
        there(way).pending = pending;
    }

    /** Was made, or not. */
    void ended(Way way, Connecting pending) {
        There there = there(way);
        if (there.pending == pending) {
            there.pending = null;
        }
    }

    void opened(Way way, Connection connection) {
        There there = there(way);
        if (there.open.add(connection)) {
            count.oneOpened();
        }
        there.spokeHttp1 = connection instanceof Http1Connection;
    }

    /** May be found from now on. */
    void offer(Way way, Connection connection) {
        there(way).free.addLast(connection);
    }

    /** Is found no more. */
    void retired(Way way, Connection connection) {
        there(way).free.remove(connection);
    }

    void closed(Way way, Connection connection) {
        There there = there(way);
        there.free.remove(connection);
        if (there.open.remove(connection)) {
            count.oneClosed();
        }
    }

    private There there(Way way) {
        return all.computeIfAbsent(way, unknown -> new There());
    }

    /** Closes what idled or lived too long. */
    void sweep(long nowNanos) {
        List<Connection> stale = new ArrayList<>();
        for (There there : all.values()) {
            there.free.removeIf(connection -> connection.isStale(nowNanos) && stale.add(connection));
        }
        stale.forEach(Connection::close);
        all.values().removeIf(There::isForgettable);
    }

    void close() {
        List<Connection> open = new ArrayList<>();
        all.values().forEach(there -> open.addAll(there.open));
        open.forEach(Connection::close);
    }
}

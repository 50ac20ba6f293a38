package dev.fanfare.runtime.http;

import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Connections that have made no request for long. A client that drips its header byte by byte is never idle, so the idle
 * time-out doesn't end it; this does: soon where it is the first, and after a time that no answer of ours takes where there
 * were others. One of HTTP/2 is left alone after its first. Thread-safe.
 */
final class SilentConnections {
    private final long firstNanos;
    private final long nextNanos;
    private final Map<HttpConnection, Heard> connections = new ConcurrentHashMap<>();

    /** Of one connection: counted on its event loop, looked at by another thread. */
    private static final class Heard {
        volatile int requests;
        int requestsAtLastLook;
        long sinceNanos = System.nanoTime();
    }

    /**
     * Without any yet.
     *
     * @param first how long the first request of each may take to come
     * @param next  from one to the next, answers included
     */
    SilentConnections(Duration first, Duration next) {
        this.firstNanos = first.toNanos();
        this.nextNanos = next.toNanos();
    }

    void met(HttpConnection connection) {
        connections.put(connection, new Heard());
        connection.closeHandler(closed -> connections.remove(connection));
    }

    // its event loop alone counts
    @SuppressWarnings("NonAtomicVolatileUpdate")
    void heard(HttpServerRequest request) {
        if (request.version() == HttpVersion.HTTP_2) {
            connections.remove(request.connection());
            return;
        }
        Heard heard = connections.get(request.connection());
        if (heard != null) {
            heard.requests++;
        }
    }

    /** Closes those that have had their time; to be called every few seconds, by one thread. */
    void leave() {
        long nowNanos = System.nanoTime();
        connections.forEach((connection, heard) -> {
            int requests = heard.requests;
            if (requests != heard.requestsAtLastLook) {
                heard.requestsAtLastLook = requests;
                heard.sinceNanos = nowNanos;
            } else if (nowNanos - heard.sinceNanos > (requests == 0 ? firstNanos : nextNanos)) {
                connections.remove(connection);
                connection.close();
            }
        });
    }
}

package dev.fanfare.runtime.http;

import io.vertx.core.http.HttpConnection;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Connections that have not made their first request. A client that drips its first header byte by byte is never idle,
 * so the idle time-out doesn't end it; this does. Thread-safe.
 */
final class SilentConnections {
    private final long patienceNanos;
    private final Map<HttpConnection, Long> sinceNanos = new ConcurrentHashMap<>();

    SilentConnections(Duration patience) {
        this.patienceNanos = patience.toNanos();
    }

    void met(HttpConnection connection) {
        sinceNanos.put(connection, System.nanoTime());
        connection.closeHandler(closed -> sinceNanos.remove(connection));
    }

    void heard(HttpConnection connection) {
        sinceNanos.remove(connection);
    }

    /** Closes those that have had their time; to be called every few seconds. */
    void leave() {
        long nowNanos = System.nanoTime();
        sinceNanos.forEach((connection, since) -> {
            if (nowNanos - since > patienceNanos) {
                sinceNanos.remove(connection);
                connection.close();
            }
        });
    }
}

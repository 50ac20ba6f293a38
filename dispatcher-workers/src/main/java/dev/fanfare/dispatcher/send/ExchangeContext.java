package dev.fanfare.dispatcher.send;

import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.async.AsyncExecRuntime;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.jspecify.annotations.Nullable;

/** What the client is told about one try of an exchange, and what it tells. Any thread. */
final class ExchangeContext extends HttpClientContext {
    private final HttpRoute route;
    private @Nullable AsyncExecRuntime connection;
    private SharedConnection.@Nullable Use use;
    private boolean abandoned;

    ExchangeContext(HttpRoute route) {
        this.route = route;
    }

    /** The way to go, and no other. */
    HttpRoute planned() {
        return route;
    }

    /** The connection stands, through all hops; false if the try was abandoned before, and must go no further. */
    synchronized boolean connected(AsyncExecRuntime runtime) {
        connection = runtime;
        return !abandoned;
    }

    /** Whether an answer is the endpoint's, not a proxy's. */
    synchronized boolean isConnected() {
        return connection != null;
    }

    /** The connection is shared; false if the try was abandoned before, and must go no further. */
    synchronized boolean uses(SharedConnection.Use shared) {
        use = shared;
        return !abandoned;
    }

    /**
     * The try counts no more: its connection is closed, or retired where others use it too. To cancel the client's future
     * is not enough: where a connection was at hand at once (HttpClient 5.6.5) that reaches the lease, which is over, and
     * neither the connection nor the request.
     */
    void abandon() {
        AsyncExecRuntime runtime;
        SharedConnection.Use shared;
        synchronized (this) {
            abandoned = true;
            runtime = connection;
            shared = use;
        }
        if (runtime != null) {
            runtime.discardEndpoint();
        }
        if (shared != null) {
            shared.abandon();
        }
    }
}

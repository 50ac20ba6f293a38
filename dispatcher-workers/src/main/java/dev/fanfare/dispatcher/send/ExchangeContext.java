package dev.fanfare.dispatcher.send;

import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.protocol.HttpClientContext;

/** What the client is told about one try of an exchange, and what it tells. */
final class ExchangeContext extends HttpClientContext {
    private final HttpRoute route;
    private volatile boolean connected;

    ExchangeContext(HttpRoute route) {
        this.route = route;
    }

    /** The way to go, and no other. */
    HttpRoute planned() {
        return route;
    }

    /** The connection stands, through all hops; what comes from now on comes from the endpoint. */
    void markConnected() {
        connected = true;
    }

    /** Whether an answer is the endpoint's, not a proxy's. */
    boolean isConnected() {
        return connected;
    }
}

package dev.fanfare.dispatcher.http;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * The way to an address that was checked. What goes the same way may use the same connection.
 *
 * @param scheme  {@code http} or {@code https}
 * @param host    for TLS: whose certificate it must be
 * @param address to connect to, or to be connected to by the proxy
 * @param owner   whose connection it is, where exchanges share one; null for anybody's. What one subscription leaves
 *                hanging on a connection takes no streams and no window from another then
 * @param proxy   the proxy's address, where there is one
 */
public record Way(
        String scheme,
        String host,
        InetAddress address,
        int port,
        @Nullable String owner,
        @Nullable InetSocketAddress proxy) {
    boolean isSecure() {
        return scheme.equals("https");
    }

    InetSocketAddress firstHop() {
        return proxy == null ? new InetSocketAddress(address, port) : proxy;
    }
}

package dev.fanfare.dispatcher.send;

import java.net.InetAddress;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.RouteInfo.LayerType;
import org.apache.hc.client5.http.RouteInfo.TunnelType;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.net.URIAuthority;
import org.jspecify.annotations.Nullable;

/** The way to an address that was checked. Pure. */
final class Routes {
    private Routes() {}

    /**
     * Directly, or through a tunnel that the proxy makes to the address, with the host's name for TLS inside.
     *
     * @param owner        whose connection it is, where connections are shared; null for anybody's. What one subscription
     *                     leaves hanging on a connection takes no streams and no window from another then
     * @param proxyAddress the proxy's, where there is one
     */
    static HttpRoute to(
            String scheme,
            String host,
            int port,
            @Nullable String owner,
            InetAddress to,
            @Nullable OutgoingProxy proxy,
            @Nullable InetAddress proxyAddress) {
        boolean secure = scheme.equals("https");
        if (proxy == null) {
            return new HttpRoute(
                    new HttpHost(scheme, to, host, port),
                    secure && owner != null ? new URIAuthority(owner, host, port) : null,
                    null,
                    secure);
        }
        return new HttpRoute(
                new HttpHost(scheme, to, to.getHostAddress(), port),
                new URIAuthority(owner, host, port),
                null,
                new HttpHost[] {new HttpHost("http", proxyAddress, proxy.host(), proxy.port())},
                secure,
                TunnelType.TUNNELLED,
                secure ? LayerType.LAYERED : LayerType.PLAIN);
    }
}

package dev.fanfare.dispatcher.http;

import dev.fanfare.runtime.config.Secret;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * A proxy that all webhooks go through, so that they come from its address. It is asked for a tunnel (HTTP CONNECT, RFC
 * 9110, section 9.3.6) to an address that was checked here; names it never hears, and with TLS it sees nothing else.
 *
 * @param authorization the value of {@code Proxy-Authorization}, if the proxy wants one
 */
public record OutgoingProxy(String host, int port, @Nullable Secret authorization) {
    /**
     * Reads one as it is written in settings: {@code http://user:password@proxy.example:3128}, the user and the password
     * percent-encoded and only if the proxy wants them.
     *
     * @throws IllegalArgumentException in words that don't repeat the text, which may hold a password
     */
    public static OutgoingProxy parse(Secret text) {
        URI uri;
        try {
            uri = new URI(text.reveal().strip()).parseServerAuthority();
        } catch (URISyntaxException e) {
            throw unusable();
        }
        String path = uri.getRawPath();
        if (!"http".equalsIgnoreCase(uri.getScheme())
                || uri.getHost() == null
                || uri.getPort() < 1
                || uri.getPort() > 65_535
                || (path != null && !path.isEmpty() && !path.equals("/"))
                || uri.getRawQuery() != null
                || uri.getRawFragment() != null) {
            throw unusable();
        }
        String host = uri.getHost();
        return new OutgoingProxy(
                host.startsWith("[") ? host.substring(1, host.length() - 1) : host,
                uri.getPort(),
                uri.getUserInfo() == null ? null : basic(uri.getUserInfo()));
    }

    /** RFC 7617. */
    private static Secret basic(String userAndPassword) {
        String pair = userAndPassword.indexOf(':') < 0 ? userAndPassword + ":" : userAndPassword;
        return new Secret("Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8)));
    }

    private static IllegalArgumentException unusable() {
        return new IllegalArgumentException(
                "must be such as http://proxy.example:3128 or http://user:password@proxy.example:3128, with the port,"
                        + " and with odd characters of the password percent-encoded");
    }
}

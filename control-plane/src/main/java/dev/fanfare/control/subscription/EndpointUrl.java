package dev.fanfare.control.subscription;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;

/**
 * The rules for a URL that webhooks are sent to. Whether its address may be reached is another question, which the
 * dispatcher asks before each attempt, because names change their addresses.
 */
final class EndpointUrl {
    static final int MAX_LENGTH = 2_048;

    private EndpointUrl() {}

    /**
     * Reads a URL.
     *
     * @throws IllegalArgumentException in words that don't repeat the URL, which may hold a password
     */
    static URI parse(String text) {
        if (!text.chars().allMatch(c -> c > 0x20 && c < 0x7F)) {
            throw new IllegalArgumentException("holds white space or characters outside ASCII: percent-encode them, and"
                    + " write an international host name in its xn-- form");
        }
        URI uri;
        try {
            uri = new URI(text);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(
                    "is not a URL: " + e.getReason() + (e.getIndex() < 0 ? "" : " at position " + e.getIndex()));
        }
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        if (!scheme.equals("https") && !scheme.equals("http")) {
            throw new IllegalArgumentException(
                    "must be an absolute http or https URL, such as https://example.com/webhooks");
        }
        String authority = uri.getRawAuthority() == null ? "" : uri.getRawAuthority();
        if (authority.contains("@")) {
            throw new IllegalArgumentException("must not hold a user name or password: URLs are shown and logged");
        }
        if (uri.getHost() == null || uri.getHost().isEmpty()) {
            throw new IllegalArgumentException(
                    authority.isEmpty()
                            ? "names no host"
                            : "names no valid host and port: letters, digits, hyphens and dots, or an IP address; then"
                                    + " perhaps a port");
        }
        if (uri.getPort() == 0 || uri.getPort() > 65_535) {
            throw new IllegalArgumentException("has port " + uri.getPort() + ": 1 to 65535 are possible");
        }
        if (uri.getRawFragment() != null) {
            throw new IllegalArgumentException("must not have a fragment ('#…'): it would never be sent");
        }
        return uri;
    }
}

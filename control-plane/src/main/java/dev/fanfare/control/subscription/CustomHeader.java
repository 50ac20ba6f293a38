package dev.fanfare.control.subscription;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The rules for a header that a subscriber wants to get along: a token and a field value by RFC 9110 (sections 5.1 and
 * 5.5, ASCII only), and none that Fanfare or HTTP itself sets.
 */
final class CustomHeader {
    private static final List<String> OURS = List.of("webhook-", "ce-", "fanfare-", "proxy-", "sec-", ":");
    private static final Set<String> RESERVED = Set.of(
            "host",
            "content-length",
            "content-type",
            "content-encoding",
            "connection",
            "keep-alive",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
            "expect",
            "date",
            "user-agent",
            "traceparent",
            "tracestate");
    private static final Set<String> CREDENTIALS = Set.of("authorization", "proxy-authorization", "cookie");

    private CustomHeader() {}

    /**
     * Checks one.
     *
     * @throws IllegalArgumentException in words that don't repeat the value
     */
    static void check(String name, String value) {
        if (!name.chars().allMatch(CustomHeader::isTokenChar)) {
            throw new IllegalArgumentException("is not a header's name: letters, digits and !#$%&'*+-.^_`|~");
        }
        String lower = name.toLowerCase(Locale.ROOT);
        if (CREDENTIALS.contains(lower)) {
            throw new IllegalArgumentException(
                    "is for credentials, and headers are kept readable: give them as 'auth', which is sealed");
        }
        if (RESERVED.contains(lower) || OURS.stream().anyMatch(lower::startsWith)) {
            throw new IllegalArgumentException("is set by Fanfare or by HTTP itself: choose another name");
        }
        if (!value.chars().allMatch(c -> c >= 0x20 && c < 0x7F) || !value.equals(value.strip())) {
            throw new IllegalArgumentException("has a value with a line break, a control character, a character outside"
                    + " ASCII, or white space at its ends");
        }
    }

    private static boolean isTokenChar(int c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || "!#$%&'*+-.^_`|~".indexOf(c) >= 0;
    }
}

package dev.fanfare.dispatcher.subscription;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Which texts may stand in an HTTP header (RFC 9110, section 5), and which names are ours or the connection's. Pure. */
public final class HeaderRules {
    private static final List<String> OUR_PREFIXES = List.of("webhook-", "ce-", "fanfare-", "proxy-");
    private static final Set<String> RESERVED = Set.of(
            "authorization",
            "host",
            "content-length",
            "content-type",
            "content-encoding",
            "transfer-encoding",
            "connection",
            "keep-alive",
            "te",
            "trailer",
            "upgrade",
            "expect",
            "date",
            "user-agent",
            "traceparent",
            "tracestate");
    private static final String TOKEN_MARKS = "!#$%&'*+-.^_`|~";

    private HeaderRules() {}

    /** Whether a subscription may set this header: a name, and not one that is ours or the connection's. */
    public static boolean mayBeCustom(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return isToken(name)
                && !RESERVED.contains(lower)
                && OUR_PREFIXES.stream().noneMatch(lower::startsWith);
    }

    /** Whether a text is a header's name. */
    public static boolean isToken(String text) {
        return !text.isEmpty() && text.chars().allMatch(HeaderRules::isTokenMark);
    }

    /** Whether a text can be a header's value as it is: printable ASCII, inner spaces and tabs. */
    public static boolean isFieldValue(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '\t' && (c < ' ' || c > '~')) {
                return false;
            }
        }
        return true;
    }

    private static boolean isTokenMark(int c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || TOKEN_MARKS.indexOf(c) >= 0;
    }
}

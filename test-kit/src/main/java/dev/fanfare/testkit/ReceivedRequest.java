package dev.fanfare.testkit;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * A request as it reached a {@link FaultyReceiver}. The body is not copied: leave it as it is.
 *
 * @param target the request target as sent, with its query
 * @param headers names in any case, each with its values in order
 * @param arrivedNanos {@link System#nanoTime()} when its first byte was read
 * @param arrivedAtMillis the wall clock at that moment
 */
public record ReceivedRequest(
        String method,
        String target,
        SortedMap<String, List<String>> headers,
        byte[] body,
        long arrivedNanos,
        long arrivedAtMillis) {

    /** The target without its query. */
    public String path() {
        int query = target.indexOf('?');
        return query < 0 ? target : target.substring(0, query);
    }

    /** The first value of a header, or null. */
    public @Nullable String header(String name) {
        List<String> values = headers.get(name);
        return values == null ? null : values.get(0);
    }

    /** The body as UTF-8. */
    public String bodyText() {
        return new String(body, StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return method + " " + target + " " + headers + " (" + body.length + " bytes)";
    }
}

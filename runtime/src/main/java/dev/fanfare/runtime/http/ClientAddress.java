package dev.fanfare.runtime.http;

import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Where a request comes from: whoever opened the connection or, behind a gateway that is trusted
 * ({@code http.trust-forwarded-for}), whoever opened the gateway's.
 */
public final class ClientAddress {
    private static final String FORWARDED_FOR = "X-Forwarded-For";
    private static final String KEY = ClientAddress.class.getName();
    /** Of IPv4 and of IPv6, without a port. */
    private static final Pattern ADDRESS = Pattern.compile("[0-9A-Fa-f.:]{2,45}");

    private ClientAddress() {}

    /** In numbers, such as {@code 192.0.2.7}; for people to read, never to decide by. */
    public static String of(RoutingContext context) {
        String told = context.get(KEY);
        return told == null ? context.request().remoteAddress().hostAddress() : told;
    }

    /** Believes the last that the header names: those before it, anybody may have sent. */
    static void believe(RoutingContext context) {
        List<String> lines = context.request().headers().getAll(FORWARDED_FOR);
        if (!lines.isEmpty()) {
            String line = lines.get(lines.size() - 1);
            String last = line.substring(line.lastIndexOf(',') + 1).strip();
            if (ADDRESS.matcher(last).matches()) {
                context.put(KEY, last);
            }
        }
        context.next();
    }
}

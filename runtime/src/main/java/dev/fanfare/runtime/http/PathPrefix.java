package dev.fanfare.runtime.http;

import dev.fanfare.runtime.config.InvalidSettings;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.internal.http.HttpServerRequestInternal;
import io.vertx.core.internal.http.HttpServerRequestWrapper;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a gateway puts before all paths.
 *
 * <pre>
 * /fanfare/v1/tenants   the gateway passes it on: taken off here (http.path-prefix)
 * /v1/tenants           the gateway took it off, and may say so: X-Forwarded-Prefix (http.trust-forwarded-prefix)
 * </pre>
 *
 * <p>Either way it stands before the {@code Location} of answers, and pages that name paths put it before them. All else
 * that is answered is relative. Thread-safe.
 */
public final class PathPrefix {
    private static final String KEY = PathPrefix.class.getName();
    private static final String FORWARDED_PREFIX = "X-Forwarded-Prefix";
    /** Segments of what needs no escape in a path (RFC 3986, section 2.3). */
    private static final Pattern SEGMENTS = Pattern.compile("(/[A-Za-z0-9._~-]+)+");

    private static final int MOST_CHARACTERS = 256;

    private final @Nullable String configured;
    private final boolean trustsHeader;

    private PathPrefix(@Nullable String configured, boolean trustsHeader) {
        this.configured = configured;
        this.trustsHeader = trustsHeader;
    }

    /**
     * What stands before our paths where a request's client sees them, such as {@code /fanfare}; empty where nothing
     * does. Characters that need no escape, in a path, in HTML or in a header.
     */
    public static String before(RoutingContext context) {
        return Objects.requireNonNullElse(context.get(KEY), "");
    }

    /**
     * As the settings say; null where they say nothing.
     *
     * @throws InvalidSettings where it is no path
     */
    static @Nullable PathPrefix of(HttpSettings settings) {
        String prefix = settings.pathPrefix().orElse(null);
        if (prefix != null && !isPrefix(prefix)) {
            throw new InvalidSettings(List.of("http.path-prefix: '" + prefix
                    + "' must begin with a slash and not end with one, such as /fanfare, of letters, digits and -._~"));
        }
        return prefix == null && !settings.trustForwardedPrefix()
                ? null
                : new PathPrefix(prefix, settings.trustForwardedPrefix());
    }

    /**
     * Refuses a prefix that paths of our own begin with: nobody could tell which is meant.
     *
     * @throws InvalidSettings where one of them does
     */
    void requireNoneOf(Stream<String> own) {
        own.filter(path -> configured != null && (path + "/").startsWith(configured + "/"))
                .findFirst()
                .ifPresent(path -> {
                    throw new InvalidSettings(List.of("http.path-prefix: '" + configured
                            + "' is what paths of Fanfare's own begin with, such as " + path
                            + ": choose another, such as /fanfare" + configured));
                });
    }

    /** The request without the prefix, where it has it. */
    HttpServerRequest strip(HttpServerRequest request) {
        String path = request.path();
        if (configured == null
                || path == null
                || !path.startsWith(configured)
                || path.length() == configured.length()
                || path.charAt(configured.length()) != '/') {
            return request;
        }
        return new Stripped((HttpServerRequestInternal) request, configured);
    }

    /** Has the answer's {@code Location} lead back through the gateway: handlers set it as if there were none. */
    void onAnswer(RoutingContext context) {
        String prefix = prefix(context.request());
        if (prefix != null) {
            context.put(KEY, prefix);
            context.addHeadersEndHandler(ended -> {
                String location = context.response().headers().get(HttpHeaders.LOCATION);
                if (location != null && location.startsWith("/")) {
                    context.response().putHeader(HttpHeaders.LOCATION, prefix + location);
                }
            });
        }
        context.next();
    }

    private @Nullable String prefix(HttpServerRequest request) {
        String told = trustsHeader ? request.getHeader(FORWARDED_PREFIX) : null;
        if (told != null) {
            String trimmed = told.endsWith("/") ? told.substring(0, told.length() - 1) : told;
            return isPrefix(trimmed) ? trimmed : null;
        }
        return configured;
    }

    private static boolean isPrefix(String text) {
        return text.length() <= MOST_CHARACTERS
                && SEGMENTS.matcher(text).matches()
                && !text.contains("/../")
                && !text.endsWith("/..");
    }

    private static final class Stripped extends HttpServerRequestWrapper {
        private final int length;

        Stripped(HttpServerRequestInternal request, String prefix) {
            super(request);
            this.length = prefix.length();
        }

        @Override
        public String path() {
            return super.path().substring(length);
        }

        /** As the request line had it, which may be an absolute one (RFC 9112, section 3.2.2). */
        @Override
        public String uri() {
            String uri = super.uri();
            int at = uri.startsWith("/") ? 0 : uri.indexOf(super.path());
            return uri.substring(0, at) + uri.substring(at + length);
        }
    }
}

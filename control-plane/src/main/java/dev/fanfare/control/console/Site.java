package dev.fanfare.control.console;

import dev.fanfare.contract.problem.Problem;
import dev.fanfare.contract.problem.ProblemException;
import dev.fanfare.runtime.http.PathPrefix;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.CookieSameSite;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.net.URI;
import java.net.URISyntaxException;
import org.jspecify.annotations.Nullable;

/** Where the browser found us, what it keeps for us, and whether a request comes from one of our own pages. */
final class Site {
    private Site() {}

    /** Where the browser finds one of our paths, such as {@code https://fanfare.example/console}. */
    static String address(RoutingContext context, String path) {
        return origin(context.request()) + PathPrefix.before(context) + path;
    }

    /** Such as {@code https://fanfare.example}. */
    static String origin(HttpServerRequest request) {
        return (isSecure(request) ? "https://" : "http://") + host(request);
    }

    /** HTTP/2, which TLS brings with it, has no such header. */
    private static String host(HttpServerRequest request) {
        String host = request.getHeader(HttpHeaders.HOST);
        return host != null ? host : String.valueOf(request.authority());
    }

    private static boolean isSecure(HttpServerRequest request) {
        return request.isSSL() || "https".equals(request.getHeader("X-Forwarded-Proto"));
    }

    /** Has the browser keep something that scripts can't read and that other sites' requests don't bring. */
    static void keep(RoutingContext context, String name, String value, long seconds) {
        context.response().addCookie(cookie(context, name, value, "/console", CookieSameSite.STRICT, seconds));
    }

    /** As {@link #keep}, below a path, and brought by whoever sends the browser here. */
    static void keepForReturn(RoutingContext context, String name, String value, String path, long seconds) {
        context.response().addCookie(cookie(context, name, value, path, CookieSameSite.LAX, seconds));
    }

    private static Cookie cookie(
            RoutingContext context, String name, String value, String path, CookieSameSite from, long seconds) {
        return Cookie.cookie(name, value)
                .setPath(PathPrefix.before(context) + path)
                .setHttpOnly(true)
                .setSameSite(from)
                .setSecure(isSecure(context.request()))
                .setMaxAge(seconds);
    }

    /** What the browser kept; null where it has nothing of this name. */
    static @Nullable String kept(RoutingContext context, String name) {
        Cookie cookie = context.request().getCookie(name);
        return cookie == null || cookie.getValue().isEmpty() ? null : cookie.getValue();
    }

    /** Lets a post through that one of our own pages made: browsers say where it comes from. */
    static void refuseOthers(RoutingContext context) {
        HttpServerRequest request = context.request();
        String site = request.getHeader("Sec-Fetch-Site");
        String origin = request.getHeader(HttpHeaders.ORIGIN);
        boolean ours = site != null
                ? site.equals("same-origin") || site.equals("none")
                : origin == null || authority(origin).equalsIgnoreCase(host(request));
        if (!ours) {
            throw new ProblemException(
                    Problem.of(403, "other-site", "Refused", "this form was sent from another site"));
        }
        context.next();
    }

    private static String authority(String origin) {
        try {
            String authority = new URI(origin).getRawAuthority();
            return authority == null ? "" : authority;
        } catch (URISyntaxException e) {
            return "";
        }
    }
}

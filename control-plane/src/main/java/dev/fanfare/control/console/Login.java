package dev.fanfare.control.console;

import dev.fanfare.contract.catalog.Scope;
import dev.fanfare.contract.problem.Problem;
import dev.fanfare.contract.problem.ProblemException;
import dev.fanfare.control.console.Frame.Notice;
import dev.fanfare.control.console.Sessions.Entry;
import dev.fanfare.control.console.Sessions.Entry.ByKey;
import dev.fanfare.control.console.Sessions.Entry.ByLink;
import dev.fanfare.control.console.Sessions.Session;
import dev.fanfare.control.portal.PortalLink;
import dev.fanfare.control.portal.PortalLinks;
import dev.fanfare.runtime.http.Access;
import dev.fanfare.runtime.http.Caller;
import dev.fanfare.runtime.http.ShownKey;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.CookieSameSite;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import io.vertx.ext.web.handler.SecurityPolicyHandler;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Who may see the console: whoever has logged in with an API key, or came by a link for a subscriber. The cookie can't be read by scripts and doesn't travel
 * with requests that other sites start; posts are checked against their origin besides, and must carry their session's
 * token.
 */
final class Login {
    private static final String PATH = "/console/login";
    private static final String PORTAL = "/console/portal";
    private static final String COOKIE = "fanfare_session";
    private static final String SESSION = "session";
    private static final String VISITOR = "visitor";
    private static final int MAX_FORM_BYTES = 4 * 1024;

    private final Access access;
    private final Pages pages;
    private final Sessions sessions;
    private final PortalLinks links;

    Login(Access access, PortalLinks links, Pages pages, Clock clock, RandomGenerator random) {
        this.access = access;
        this.links = links;
        this.pages = pages;
        this.sessions = new Sessions(clock, random);
    }

    void mount(Router router) {
        router.get(PATH).handler(context -> page(context, 200, ""));
        router.post(PATH)
                .handler((SecurityPolicyHandler) Login::refuseOtherSites)
                .handler(BodyHandler.create(false).setBodyLimit(MAX_FORM_BYTES))
                .handler(this::logIn);
        router.get(PORTAL).handler(this::offer);
        router.post(PORTAL)
                .handler((SecurityPolicyHandler) Login::refuseOtherSites)
                .handler(BodyHandler.create(false).setBodyLimit(MAX_FORM_BYTES))
                .handler(this::enterByLink);
        router.post("/console/logout")
                .handler((SecurityPolicyHandler) Login::refuseOtherSites)
                .handler(BodyHandler.create(false).setBodyLimit(MAX_FORM_BYTES))
                .handler(this::logOut);
    }

    /** Lets a request through that belongs to a session; sends any other to the login page. */
    void require(RoutingContext context) {
        Session session = find(context.request());
        Visitor visitor = session == null ? null : visitor(session);
        if (session != null && visitor != null) {
            context.put(SESSION, session);
            context.put(VISITOR, visitor);
            context.next();
        } else if (context.request().getHeader("HX-Request") != null) {
            // A redirect would be followed inside the page: have the page itself go there.
            context.response().setStatusCode(401).putHeader("HX-Redirect", PATH).end();
        } else {
            Pages.redirect(context, PATH);
        }
    }

    /** Refuses a form that no page of this session has sent. */
    void requireToken(RoutingContext context) {
        String token = context.request().getFormAttribute("token");
        if (token == null || !isSame(session(context).formToken(), token)) {
            throw new ProblemException(
                    Problem.of(403, "stale-form", "Refused", "this form is not of your session: load its page again"));
        }
    }

    /** The session of a request that {@link #require} let through. */
    Session session(RoutingContext context) {
        return Objects.requireNonNull(context.get(SESSION));
    }

    /** Who sent a request that {@link #require} let through. */
    Visitor visitor(RoutingContext context) {
        return Objects.requireNonNull(context.get(VISITOR));
    }

    void tell(RoutingContext context, Notice notice) {
        sessions.tell(session(context), notice);
    }

    @Nullable Notice takeNotice(RoutingContext context) {
        return sessions.takeNotice(session(context));
    }

    private void logIn(RoutingContext context) {
        String key = context.request().getFormAttribute("key");
        ShownKey shown = ShownKey.of(key == null ? "" : key.strip());
        Caller caller = access.caller(shown);
        if (caller == null) {
            page(context, 401, "This API key is not known, or is taken no longer.");
            return;
        }
        if (!caller.may(Scope.READ)) {
            page(
                    context,
                    403,
                    "This key has " + new Visitor(caller, false).scopes()
                            + " alone: the console needs 'read' or 'manage'.");
            return;
        }
        enter(context, new ByKey(shown));
    }

    /**
     * Shows whom a link lets in where. What follows a link from elsewhere, or looks at it beforehand, gets no session by
     * that: its holder presses a button, which our own page sends.
     */
    private void offer(RoutingContext context) {
        String text = context.queryParams().get("link");
        PortalLink link = text == null ? null : links.read(text);
        if (link == null) {
            pages.send(context, 403, "portal.jte", Map.of("tenant", "", "until", "", "link", ""));
            return;
        }
        String until = Instant.ofEpochMilli(link.expiresAtMillis()).toString();
        pages.send(
                context,
                200,
                "portal.jte",
                Map.of("tenant", link.tenant(), "until", Display.moment(until), "link", Objects.requireNonNull(text)));
    }

    private void enterByLink(RoutingContext context) {
        String text = context.request().getFormAttribute("link");
        PortalLink link = text == null ? null : links.read(text);
        if (link == null) {
            offer(context);
        } else {
            enter(context, new ByLink(link));
        }
    }

    private void enter(RoutingContext context, Entry entry) {
        Session session = sessions.open(entry);
        context.response().addCookie(cookie(context, session.id()).setMaxAge(Sessions.LIFETIME.toSeconds()));
        Pages.redirect(context, "/console");
    }

    private void logOut(RoutingContext context) {
        Session session = find(context.request());
        String token = context.request().getFormAttribute("token");
        if (session != null && token != null && isSame(session.formToken(), token)) {
            sessions.close(session);
            context.response().addCookie(cookie(context, "").setMaxAge(0));
        }
        Pages.redirect(context, PATH);
    }

    private void page(RoutingContext context, int status, String error) {
        pages.send(context, status, "login.jte", Map.of("error", error));
    }

    private static Cookie cookie(RoutingContext context, String value) {
        return Cookie.cookie(COOKIE, value)
                .setPath("/console")
                .setHttpOnly(true)
                .setSameSite(CookieSameSite.STRICT)
                .setSecure(isSecure(context.request()));
    }

    /** Where the browser found us. */
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

    private @Nullable Session find(HttpServerRequest request) {
        Cookie cookie = request.getCookie(COOKIE);
        return cookie == null ? null : sessions.find(cookie.getValue());
    }

    /** Null where what they came in with is taken no longer; then the session is over. */
    private @Nullable Visitor visitor(Session session) {
        Entry entry = session.entry();
        if (entry instanceof ByLink by && links.holds(by.link())) {
            return new Visitor(by.link().caller(), true);
        }
        Caller caller = entry instanceof ByKey by ? access.caller(by.key()) : null;
        if (caller == null) {
            sessions.close(session);
            return null;
        }
        return new Visitor(caller, false);
    }

    /** Lets a post through that one of our own pages made: browsers say where it comes from. */
    static void refuseOtherSites(RoutingContext context) {
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

    private static boolean isSame(String one, String other) {
        Function<String, byte[]> bytes = text -> text.getBytes(StandardCharsets.UTF_8);
        return MessageDigest.isEqual(bytes.apply(one), bytes.apply(other));
    }
}

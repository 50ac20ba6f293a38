package dev.fanfare.control.console;

import dev.fanfare.contract.problem.Problem;
import dev.fanfare.contract.problem.ProblemException;
import dev.fanfare.control.attempt.AttemptTail;
import dev.fanfare.control.console.Sessions.Session;
import dev.fanfare.control.http.StaticFile;
import dev.fanfare.control.subscription.SubscriptionIndex;
import dev.fanfare.runtime.http.Access;
import gg.jte.ContentType;
import gg.jte.TemplateEngine;
import gg.jte.output.StringOutput;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.CookieSameSite;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import io.vertx.ext.web.handler.SecurityPolicyHandler;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * {@code /console}: what an operator sees in a browser. It shows, and changes nothing yet.
 *
 * <pre>
 * POST /console/login (API key) ─▶ session cookie ─▶ GET /console/tenants/{tenant} ─▶ Overview ─▶ template ─▶ HTML
 *                                                     fetched again every few seconds
 * </pre>
 *
 * <p>Pages are rendered here; templates escape by where a value stands. The policy sent along allows nothing but this
 * process's own files: no inline script, no foreign request, no frame. The cookie can't be read by scripts and doesn't
 * travel with requests that other sites start; posts are checked against their origin besides.
 */
public final class ConsoleRoutes {
    private static final String POLICY =
            "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; " + "frame-ancestors 'none'";
    private static final String LOGIN = "/console/login";
    private static final String COOKIE = "fanfare_session";
    private static final int MAX_FORM_BYTES = 4 * 1024;
    private static final String PAGES = "dev.fanfare.control.console.pages";

    private final Access access;
    private final List<String> tenants;
    private final SubscriptionIndex subscriptions;
    private final AttemptTail attempts;
    private final Clock clock;
    private final Sessions sessions;
    private final TemplateEngine pages;

    /**
     * Over what the role holds.
     *
     * @param random a secure generator: session ids are made with it
     */
    public ConsoleRoutes(
            Access access,
            List<String> tenants,
            SubscriptionIndex subscriptions,
            AttemptTail attempts,
            Clock clock,
            RandomGenerator random) {
        this.access = access;
        this.tenants = List.copyOf(tenants);
        this.subscriptions = subscriptions;
        this.attempts = attempts;
        this.clock = clock;
        this.sessions = new Sessions(clock, random);
        this.pages = TemplateEngine.createPrecompiled(null, ContentType.Html, null, PAGES);
    }

    /** Mounts the pages and their files. */
    public void mount(Router router) {
        router.get("/console").handler(context -> redirect(context, "/console/tenants/" + tenants.get(0)));
        router.get(LOGIN).handler(context -> loginPage(context, 200, ""));
        router.post(LOGIN)
                .handler((SecurityPolicyHandler) ConsoleRoutes::refuseOtherSites)
                .handler(BodyHandler.create(false).setBodyLimit(MAX_FORM_BYTES))
                .handler(this::logIn);
        router.post("/console/logout")
                .handler((SecurityPolicyHandler) ConsoleRoutes::refuseOtherSites)
                .handler(BodyHandler.create(false).setBodyLimit(MAX_FORM_BYTES))
                .handler(this::logOut);
        router.get("/console/tenants/:tenant").handler(this::overview);
        StaticFile.of(ConsoleRoutes.class, "console.css", "text/css; charset=utf-8", Map.of())
                .mount(router, "/console/console.css");
        StaticFile.of(ConsoleRoutes.class, "icon.svg", "image/svg+xml", Map.of())
                .mount(router, "/console/icon.svg");
        StaticFile.ofWebjar("htmx.org", "dist/htmx.min.js", "text/javascript; charset=utf-8")
                .mount(router, "/console/htmx.js");
    }

    private void overview(RoutingContext context) {
        Session session = session(context.request());
        if (session == null) {
            if (context.request().getHeader("HX-Request") != null) {
                // A redirect would be followed inside the page: have the page itself go there.
                context.response()
                        .setStatusCode(401)
                        .putHeader("HX-Redirect", LOGIN)
                        .end();
            } else {
                redirect(context, LOGIN);
            }
            return;
        }
        String tenant = context.pathParam("tenant");
        if (!tenants.contains(tenant)) {
            throw new ProblemException(
                    Problem.of(404, "unknown-tenant", "Unknown tenant", "there is no tenant '" + tenant + "'"));
        }
        Overview overview = Overview.of(
                tenant,
                subscriptions.page(tenant, "", Overview.MOST_SUBSCRIPTIONS),
                subscriptions.count(tenant),
                attempts.newestFirst(),
                clock.millis());
        page(
                context,
                200,
                "overview.jte",
                Map.of("overview", overview, "tenants", tenants, "formToken", session.formToken()));
    }

    private void logIn(RoutingContext context) {
        String key = context.request().getFormAttribute("key");
        if (key == null || !access.isKey(key.strip())) {
            loginPage(context, 401, "This API key is not known.");
            return;
        }
        Session session = sessions.open();
        context.response().addCookie(cookie(context, session.id()).setMaxAge(Sessions.LIFETIME.toSeconds()));
        redirect(context, "/console");
    }

    private void logOut(RoutingContext context) {
        Session session = session(context.request());
        String token = context.request().getFormAttribute("token");
        if (session != null && token != null && isSame(session.formToken(), token)) {
            sessions.close(session);
            context.response().addCookie(cookie(context, "").setMaxAge(0));
        }
        redirect(context, LOGIN);
    }

    private static Cookie cookie(RoutingContext context, String value) {
        return Cookie.cookie(COOKIE, value)
                .setPath("/console")
                .setHttpOnly(true)
                .setSameSite(CookieSameSite.STRICT)
                .setSecure(context.request().isSSL()
                        || "https".equals(context.request().getHeader("X-Forwarded-Proto")));
    }

    private @Nullable Session session(HttpServerRequest request) {
        Cookie cookie = request.getCookie(COOKIE);
        return cookie == null ? null : sessions.find(cookie.getValue());
    }

    /** Lets a post through that one of our own pages made: browsers say where it comes from. */
    private static void refuseOtherSites(RoutingContext context) {
        HttpServerRequest request = context.request();
        String site = request.getHeader("Sec-Fetch-Site");
        String origin = request.getHeader(HttpHeaders.ORIGIN);
        boolean ours = site != null
                ? site.equals("same-origin") || site.equals("none")
                : origin == null || authority(origin).equalsIgnoreCase(request.getHeader(HttpHeaders.HOST));
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

    private void loginPage(RoutingContext context, int status, String error) {
        page(context, status, "login.jte", Map.of("error", error));
    }

    private void page(RoutingContext context, int status, String template, Map<String, Object> parameters) {
        StringOutput html = new StringOutput();
        pages.render(template, parameters, html);
        secure(context.response())
                .setStatusCode(status)
                .putHeader(HttpHeaders.CONTENT_TYPE, "text/html; charset=utf-8")
                .end(html.toString());
    }

    private static void redirect(RoutingContext context, String path) {
        secure(context.response())
                .setStatusCode(303)
                .putHeader(HttpHeaders.LOCATION, path)
                .end();
    }

    private static HttpServerResponse secure(HttpServerResponse response) {
        return response.putHeader("content-security-policy", POLICY)
                .putHeader("x-content-type-options", "nosniff")
                .putHeader("referrer-policy", "same-origin")
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
    }
}

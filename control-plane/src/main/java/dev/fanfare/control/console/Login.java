package dev.fanfare.control.console;

import dev.fanfare.contract.catalog.AccessKey;
import dev.fanfare.contract.catalog.Scope;
import dev.fanfare.contract.problem.Problem;
import dev.fanfare.contract.problem.ProblemException;
import dev.fanfare.contract.run.Actor;
import dev.fanfare.contract.run.AuditEntry;
import dev.fanfare.control.console.Frame.Notice;
import dev.fanfare.control.console.Sessions.Entry;
import dev.fanfare.control.console.Sessions.Entry.ByIssuer;
import dev.fanfare.control.console.Sessions.Entry.ByKey;
import dev.fanfare.control.console.Sessions.Entry.ByLink;
import dev.fanfare.control.console.Sessions.Session;
import dev.fanfare.control.http.Answers;
import dev.fanfare.control.portal.PortalLink;
import dev.fanfare.control.portal.PortalLinks;
import dev.fanfare.control.table.AuditWriter;
import dev.fanfare.runtime.catalog.Directory;
import dev.fanfare.runtime.http.Access;
import dev.fanfare.runtime.http.Caller;
import dev.fanfare.runtime.http.ClientAddress;
import dev.fanfare.runtime.http.PathPrefix;
import dev.fanfare.runtime.http.ShownKey;
import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import io.vertx.ext.web.handler.SecurityPolicyHandler;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who may see the console: whoever has logged in with an API key or at the OpenID Connect issuer, or came by a link for a
 * subscriber. Each log-in stands in the audit. The cookie can't be read by scripts and doesn't travel with requests that
 * other sites start; posts are checked against their origin besides, and must carry their session's token.
 */
final class Login {
    static final String PATH = "/console/login";

    private static final Logger LOG = LoggerFactory.getLogger(Login.class);
    private static final String PORTAL = "/console/portal";
    private static final String COOKIE = "fanfare_session";
    private static final String NOTICE = "fanfare_notice";
    private static final String SESSION = "session";
    private static final String VISITOR = "visitor";
    private static final Duration NOTICE_KEPT = Duration.ofMinutes(5);
    private static final int MAX_FORM_BYTES = 4 * 1024;

    private final Access access;
    private final Directory directory;
    private final Pages pages;
    private final Sessions sessions;
    private final PortalLinks links;
    private final AuditWriter audit;
    private final Clock clock;
    private final @Nullable IssuerLogin issuer;

    /**
     * Over parts that stay the caller's.
     *
     * @param issuer null: nobody logs in there
     */
    Login(
            Access access,
            Directory directory,
            PortalLinks links,
            Pages pages,
            Sessions sessions,
            AuditWriter audit,
            Clock clock,
            @Nullable IssuerLogin issuer) {
        this.access = access;
        this.directory = directory;
        this.links = links;
        this.pages = pages;
        this.sessions = sessions;
        this.audit = audit;
        this.clock = clock;
        this.issuer = issuer;
    }

    void mount(Router router) {
        router.get(PATH).handler(context -> page(context, 200, ""));
        form(router, PATH, this::logIn);
        router.get(PORTAL).handler(this::offer);
        form(router, PORTAL, this::enterByLink);
        form(router, "/console/logout", this::logOut);
        if (issuer != null) {
            router.get(IssuerLogin.BEGIN)
                    .handler(context -> issuer.begin(context).onFailure(failure -> refuse(context, failure)));
            router.get(IssuerLogin.BACK).handler(context -> comeBack(context, issuer));
        }
    }

    private static void form(Router router, String path, io.vertx.core.Handler<RoutingContext> handler) {
        router.post(path)
                .handler((SecurityPolicyHandler) Site::refuseOthers)
                .handler(BodyHandler.create(false).setBodyLimit(MAX_FORM_BYTES))
                .handler(handler);
    }

    /** Lets a request through that belongs to a session; sends any other to the login page. */
    void require(RoutingContext context) {
        Session session = find(context);
        Visitor visitor = session == null ? null : visitor(session.entry());
        if (session != null && visitor != null) {
            context.put(SESSION, session);
            context.put(VISITOR, visitor);
            context.next();
        } else if (context.request().getHeader("HX-Request") != null) {
            // A redirect would be followed inside the page: have the page itself go there.
            context.response()
                    .setStatusCode(401)
                    .putHeader("HX-Redirect", PathPrefix.before(context) + PATH)
                    .end();
        } else {
            Pages.redirect(context, PATH);
        }
    }

    /** Refuses a form that no page of this session has sent. */
    void requireToken(RoutingContext context) {
        String token = context.request().getFormAttribute("token");
        if (token == null || !isSame(session(context).formToken(), token)) {
            throw new ProblemException(Problem.of(
                    403, "no-form-token", "Refused", "this form isn't one of this session: load the page again"));
        }
    }

    /** Whether {@link #require} let the request through. */
    boolean isKnown(RoutingContext context) {
        return context.get(VISITOR) != null;
    }

    /** The session of a request that {@link #require} let through. */
    Session session(RoutingContext context) {
        return Objects.requireNonNull(context.get(SESSION));
    }

    /** Who sent a request that {@link #require} let through. */
    Visitor visitor(RoutingContext context) {
        return Objects.requireNonNull(context.get(VISITOR));
    }

    /** Tells the session something on the next page that it is shown, whichever instance shows it. */
    void tell(RoutingContext context, Notice notice) {
        Site.keep(context, NOTICE, sessions.write(session(context), notice), NOTICE_KEPT.toSeconds());
    }

    /** What is to be told, until {@link #forgetNotice}; null where there is nothing, or what was told another session. */
    @Nullable Notice notice(RoutingContext context) {
        String kept = Site.kept(context, NOTICE);
        return kept == null ? null : sessions.readNotice(session(context), kept);
    }

    /** It is told with this answer. */
    void forgetNotice(RoutingContext context) {
        Site.keep(context, NOTICE, "", 0);
    }

    private void logIn(RoutingContext context) {
        String key = context.request().getFormAttribute("key");
        ShownKey shown = ShownKey.of(key == null ? "" : key.strip());
        Caller caller = access.caller(shown);
        if (caller == null) {
            refuse(context, 401, "This API key is not known, or is taken no longer.");
        } else if (!caller.may(Scope.READ)) {
            refuse(
                    context,
                    403,
                    "This key has " + new Visitor(caller, false).scopes()
                            + " alone: the console needs 'read' or 'manage'.");
        } else {
            enter(context, new ByKey(shown), Sessions.LIFETIME).onSuccess(done -> Pages.redirect(context, "/console"));
        }
    }

    /** The browser comes from another site: what that site starts brings no session, so our own page goes on. */
    private void comeBack(RoutingContext context, IssuerLogin issuer) {
        issuer.comeBack(context).onFailure(failure -> refuse(context, failure)).onSuccess(caller -> {
            String tenant = caller.tenant();
            long since = tenant == null ? 0 : directory.tenantSinceMillis(tenant);
            ByIssuer entry = new ByIssuer(caller.name(), tenant, since, caller.scopes());
            Visitor visitor = visitor(entry);
            if (visitor == null) {
                refuse(context, 403, "Your account is of tenant '" + tenant + "', which is not known here.");
            } else if (visitor.caller().may(Scope.READ)) {
                enter(context, entry, issuer.lifetime())
                        .onSuccess(done -> pages.send(
                                context,
                                200,
                                "entered.jte",
                                Map.of("root", PathPrefix.before(context), "who", entry.name())));
            } else {
                refuse(
                        context,
                        403,
                        "Your account has " + visitor.scopes() + " here: the console needs 'read' or 'manage'.");
            }
        });
    }

    /**
     * Shows whom a link lets in where. What follows a link from elsewhere, or looks at it beforehand, gets no session by
     * that: its holder presses a button, which our own page sends.
     */
    private void offer(RoutingContext context) {
        String root = PathPrefix.before(context);
        String text = context.queryParams().get("link");
        PortalLink link = text == null ? null : links.read(text);
        if (link == null) {
            pages.send(context, 403, "portal.jte", Map.of("root", root, "tenant", "", "until", "", "link", ""));
            return;
        }
        String until = Instant.ofEpochMilli(link.expiresAtMillis()).toString();
        pages.send(
                context,
                200,
                "portal.jte",
                Map.of(
                        "root",
                        root,
                        "tenant",
                        link.tenant(),
                        "until",
                        Display.moment(until),
                        "link",
                        Objects.requireNonNull(text)));
    }

    private void enterByLink(RoutingContext context) {
        String text = context.request().getFormAttribute("link");
        PortalLink link = text == null ? null : links.read(text);
        if (link == null) {
            offer(context);
        } else {
            enter(context, new ByLink(link), Sessions.LIFETIME).onSuccess(done -> Pages.redirect(context, "/console"));
        }
    }

    /** Opens a session once it stands in the audit that it is; where it can't stand there, ends the request. */
    private Future<Void> enter(RoutingContext context, Entry entry, Duration lifetime) {
        String cookie;
        try {
            cookie = sessions.write(sessions.open(entry, lifetime));
        } catch (ProblemException e) {
            // the keyset isn't open yet
            Answers.failure(context, e);
            return Future.failedFuture(e);
        }
        Caller caller = Objects.requireNonNull(visitor(entry)).caller();
        return note(context, "logged in to the console", caller)
                .onSuccess(done -> Site.keep(context, COOKIE, cookie, lifetime.toSeconds()))
                .onFailure(failure -> Answers.failure(context, failure));
    }

    private void logOut(RoutingContext context) {
        Session session = find(context);
        Visitor visitor = session == null ? null : visitor(session.entry());
        String token = context.request().getFormAttribute("token");
        if (session == null || visitor == null || token == null || !isSame(session.formToken(), token)) {
            Pages.redirect(context, PATH);
            return;
        }
        sessions.end(session);
        Site.keep(context, COOKIE, "", 0);
        note(context, "logged out of the console", visitor.caller())
                .onSuccess(done -> Pages.redirect(context, PATH))
                .onFailure(failure -> Answers.failure(context, failure));
    }

    private Future<Void> note(RoutingContext context, String what, Caller caller) {
        AuditEntry entry = new AuditEntry(
                clock.millis(),
                what,
                Objects.requireNonNullElse(caller.tenant(), AccessKey.NO_TENANT) + "/console",
                new Actor(caller.name(), null, ClientAddress.of(context)),
                Map.of(),
                Map.of(),
                null);
        LOG.info("{} by=\"{}\" address={}", what, caller.name(), ClientAddress.of(context));
        return context.vertx()
                .executeBlocking(
                        () -> {
                            audit.write(entry);
                            return null;
                        },
                        false);
    }

    private void refuse(RoutingContext context, Throwable failure) {
        if (failure instanceof IssuerLogin.Refused) {
            refuse(context, 403, String.valueOf(failure.getMessage()));
        } else if (failure instanceof IssuerLogin.Away) {
            context.response().putHeader(HttpHeaders.RETRY_AFTER, String.valueOf(IssuerLogin.LEFT_ALONE.toSeconds()));
            refuse(context, 503, String.valueOf(failure.getMessage()));
        } else {
            Answers.failure(context, failure);
        }
    }

    private void refuse(RoutingContext context, int status, String why) {
        LOG.info("log-in refused address={} cause=\"{}\"", ClientAddress.of(context), why);
        page(context, status, why);
    }

    private void page(RoutingContext context, int status, String error) {
        Map<String, Object> parameters = new HashMap<>();
        parameters.put("root", PathPrefix.before(context));
        parameters.put("error", error);
        parameters.put("issuer", issuer == null ? null : issuer.name());
        pages.send(context, status, "login.jte", parameters);
    }

    private @Nullable Session find(RoutingContext context) {
        String cookie = Site.kept(context, COOKIE);
        return cookie == null ? null : sessions.read(cookie);
    }

    /** Null where what they came in with is taken no longer; then the session is over. */
    private @Nullable Visitor visitor(Entry entry) {
        if (entry instanceof ByLink by) {
            return links.holds(by.link()) ? new Visitor(by.link().caller(), true) : null;
        }
        if (entry instanceof ByIssuer by) {
            String tenant = by.tenant();
            boolean isThere = tenant == null
                    || directory.isTenant(tenant) && directory.tenantSinceMillis(tenant) == by.tenantSinceMillis();
            return isThere ? new Visitor(new Caller(by.name(), tenant, by.scopes(), null), false) : null;
        }
        Caller caller = entry instanceof ByKey by ? access.caller(by.key()) : null;
        return caller == null ? null : new Visitor(caller, false);
    }

    private static boolean isSame(String one, String other) {
        Function<String, byte[]> bytes = text -> text.getBytes(StandardCharsets.UTF_8);
        return MessageDigest.isEqual(bytes.apply(one), bytes.apply(other));
    }
}

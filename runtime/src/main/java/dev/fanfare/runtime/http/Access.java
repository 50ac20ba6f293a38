package dev.fanfare.runtime.http;

import dev.fanfare.contract.catalog.AccessKey;
import dev.fanfare.contract.catalog.KeyToken;
import dev.fanfare.contract.catalog.Scope;
import dev.fanfare.contract.problem.Problem;
import dev.fanfare.contract.problem.ProblemException;
import dev.fanfare.runtime.catalog.Directory;
import dev.fanfare.runtime.config.Secret;
import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who may: finds out who sends a request, and whether they may do this for this tenant. Put it before the handlers of
 * each route under {@code /v1}; {@link Caller#of} then says who it is.
 *
 * <pre>
 * Authorization: Bearer … ─▶ the configured key? ─▶ an API key by its id: hash, state, expiry ─▶ tenant ─▶ scope ─▶ next
 *                             a token? ─▶ TokenIssuer  │ not known here                        │ not known here
 *                                                      └─▶ read the catalog to its end, look again ◀─┘
 *                                                           401 | 404 | 503 where Kafka can't be asked
 * </pre>
 *
 * <p>A key that one instance has created is thus known to all others as soon as it was answered. What is known is
 * decided in memory, without Kafka. Whose key is for another tenant is told 403, whether that tenant exists or not.
 * Safe for use by several threads.
 */
public final class Access {
    private static final Logger LOG = LoggerFactory.getLogger(Access.class);
    private static final String SCHEME = "Bearer ";
    private static final Set<Scope> ALL = Set.copyOf(EnumSet.allOf(Scope.class));

    private record Need(Scope scope, @Nullable String tenant) {}

    private final byte @Nullable [] configuredHash;
    private final Directory directory;
    private final Clock clock;
    private final @Nullable TokenIssuer issuer;

    /**
     * Over the directory, which stays the caller's.
     *
     * @throws dev.fanfare.runtime.config.InvalidSettings where a token issuer is named by halves
     */
    public Access(AccessSettings settings, Directory directory, Clock clock) {
        this.configuredHash = settings.key()
                .map(Secret::reveal)
                .filter(key -> !key.isEmpty())
                .map(key -> ascii(KeyToken.hash(key)))
                .orElse(null);
        this.directory = directory;
        this.clock = clock;
        this.issuer = TokenIssuer.of(settings, clock);
    }

    /**
     * Lets a request through that may do this for the tenant of its path; ends any other. Where the path names none, only
     * administrators may.
     */
    public void check(RoutingContext context, Scope scope) {
        check(context, new Need(scope, context.pathParam("tenant")));
    }

    /** Lets a request of an administrator through, whatever tenant the path names, and whether there is one or not. */
    public void checkAdministrator(RoutingContext context, Scope scope) {
        check(context, new Need(scope, null));
    }

    /** Who shows this key; null where it isn't known here, or is taken no longer. */
    public @Nullable Caller caller(ShownKey key) {
        try {
            return identify(key);
        } catch (ProblemException e) {
            return null; // revoked or expired
        }
    }

    private void check(RoutingContext context, Need need) {
        String header = context.request().getHeader(HttpHeaders.AUTHORIZATION);
        if (header == null || !header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            throw unauthorized("send the API key as 'Authorization: Bearer <key>'");
        }
        if (context.request().headers().getAll(HttpHeaders.AUTHORIZATION).size() > 1) {
            // who stands before us may have looked at another than we would
            throw unauthorized("the header 'Authorization' stands more than once: send one");
        }
        String bearer = header.substring(SCHEME.length()).strip();
        ShownKey key = ShownKey.of(bearer);
        Caller caller = identify(key);
        if (caller != null && isAllowed(caller, need)) {
            caller.attachTo(context);
            context.next();
        } else if (caller == null && issuer != null && TokenIssuer.isToken(bearer)) {
            decideLater(context, ofToken(context, issuer, bearer, need));
        } else if (caller == null && key.id() == null) {
            throw unauthorized("this API key is not known");
        } else {
            decideLater(context, caughtUp(context).map(done -> ofKey(key, need)));
        }
    }

    /** Nothing of the body is lost meanwhile. */
    private static void decideLater(RoutingContext context, Future<Caller> decision) {
        context.request().pause();
        decision.onComplete(result -> {
            if (context.response().closed()) {
                // what handlers would do at the end of the answer has been done, and would not be done again
                return;
            }
            try {
                if (result.succeeded()) {
                    result.result().attachTo(context);
                    context.next();
                } else {
                    context.fail(result.cause());
                }
            } finally {
                // not before somebody listens to the body, or its first bytes would be lost
                context.request().resume();
            }
        });
    }

    /** What isn't known here may just have been created at another instance. */
    private Future<Void> caughtUp(RoutingContext context) {
        return Future.fromCompletionStage(directory.catchUp(), context.vertx().getOrCreateContext())
                .recover(failure -> Future.failedFuture(notNow(
                        context,
                        failure,
                        "this key or tenant is not known here, and Kafka did not tell in time whether it is new")));
    }

    /** Once all is known. */
    private Caller ofKey(ShownKey key, Need need) {
        Caller caller = identify(key);
        if (caller == null) {
            throw unauthorized("this API key is not known");
        }
        return requireAllowed(caller, need);
    }

    /** A token's signature takes some time, and its key may have to be fetched: not on the event loop. */
    private Future<Caller> ofToken(RoutingContext context, TokenIssuer issuer, String token, Need need) {
        return context.vertx()
                .executeBlocking(
                        () -> {
                            try {
                                return issuer.verify(token);
                            } catch (TokenClaims.Refused e) {
                                throw unauthorized(String.valueOf(e.getMessage()));
                            } catch (TokenIssuer.Away e) {
                                throw notNow(context, e, String.valueOf(e.getMessage()));
                            }
                        },
                        false)
                .compose(caller -> isAllowed(caller, need)
                        ? Future.succeededFuture(caller)
                        : caughtUp(context).map(done -> requireAllowed(caller, need)));
    }

    private Caller requireAllowed(Caller caller, Need need) {
        if (isAllowed(caller, need)) {
            return caller;
        }
        throw new ProblemException(
                Problem.of(404, "unknown-tenant", "Unknown tenant", "there is no tenant '" + need.tenant() + "'"));
    }

    /** Null where no key with this id is known here, or another secret. */
    private @Nullable Caller identify(ShownKey shown) {
        if (isConfigured(shown.hash())) {
            return new Caller("the configured key", null, ALL, null);
        }
        AccessKey key = shown.id() == null ? null : directory.key(shown.id());
        long nowMillis = clock.millis();
        if (key == null || !key.matches(shown.hash(), nowMillis)) {
            return null;
        }
        if (key.state() == AccessKey.State.REVOKED) {
            throw unauthorized("this API key was revoked");
        }
        if (key.hasExpired(nowMillis)) {
            throw unauthorized(
                    "this API key expired at " + Instant.ofEpochMilli(Objects.requireNonNull(key.expiresAtMillis())));
        }
        return new Caller("key " + KeyToken.visible(key.id()), key.tenant(), key.scopes(), key);
    }

    /**
     * False where there is no such tenant, as far as is known here.
     *
     * @throws ProblemException 403
     */
    private boolean isAllowed(Caller caller, Need need) {
        String own = caller.tenant();
        if (own != null && !own.equals(need.tenant())) {
            throw forbidden(
                    need.tenant() == null
                            ? "this is for administrators, and this key is for tenant '" + own + "' alone"
                            : "this key is for tenant '" + own + "' alone");
        }
        if (!caller.may(need.scope())) {
            throw forbidden("this needs the scope '" + need.scope().text() + "', which this caller doesn't have");
        }
        return need.tenant() == null || directory.isTenant(need.tenant());
    }

    private boolean isConfigured(String hash) {
        return configuredHash != null && MessageDigest.isEqual(configuredHash, ascii(hash));
    }

    private static ProblemException notNow(RoutingContext context, Throwable failure, String detail) {
        LOG.warn("a caller can't be identified now cause={}", failure.toString());
        context.response().putHeader(HttpHeaders.RETRY_AFTER, "2");
        return new ProblemException(Problem.of(503, "unavailable", "Temporarily unavailable", detail + ": try again"));
    }

    private static ProblemException unauthorized(String detail) {
        return new ProblemException(Problem.of(401, "unauthorized", "Unauthorized", detail));
    }

    private static ProblemException forbidden(String detail) {
        return new ProblemException(Problem.of(403, "forbidden", "Forbidden", detail));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}

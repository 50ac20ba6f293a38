package dev.fanfare.control.catalog;

import dev.fanfare.contract.ObjectName;
import dev.fanfare.contract.catalog.AccessKey;
import dev.fanfare.contract.catalog.CatalogEntry;
import dev.fanfare.contract.catalog.KeyToken;
import dev.fanfare.contract.catalog.Scope;
import dev.fanfare.contract.problem.Problem;
import dev.fanfare.contract.problem.ProblemException;
import dev.fanfare.control.http.Answers;
import dev.fanfare.control.http.JsonBody;
import dev.fanfare.control.http.Paging;
import dev.fanfare.control.table.TableWriter.Change;
import dev.fanfare.runtime.catalog.Catalog;
import dev.fanfare.runtime.http.Caller;
import dev.fanfare.runtime.kafka.CompactedTable.Row;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import io.vertx.ext.web.handler.SecurityPolicyHandler;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * API keys: {@code /v1/tenants/{tenant}/keys} of one tenant, {@code /v1/keys} of administrators.
 *
 * <pre>
 * POST …/keys            the key is shown, once          POST …/{id}/rotate   another secret; the old one for a while yet
 * POST …/{id}/revoke     refused from now on, for good    DELETE …/{id}        likewise, and forgotten
 * </pre>
 *
 * <p>Nobody gives away what they don't have: who makes or rotates a key must have all of its scopes.
 */
public final class KeyRoutes {
    private static final Logger LOG = LoggerFactory.getLogger(KeyRoutes.class);
    private static final String OF_TENANT = TenantRoutes.ONE + "/keys";
    private static final String OF_ADMINISTRATORS = "/v1/keys";
    private static final int MOST_PER_TENANT = 1_000;
    /** Each is looked at when the key is used. */
    private static final int MOST_SECRETS = 5;

    private final Catalog catalog;
    private final CatalogWriter writer;
    private final Clock clock;
    private final RandomGenerator random;

    /**
     * Over the catalog and its writer, which stay the caller's.
     *
     * @param random a secure generator: keys are made with it
     */
    public KeyRoutes(Catalog catalog, CatalogWriter writer, Clock clock, RandomGenerator random) {
        this.catalog = catalog;
        this.writer = writer;
        this.clock = clock;
        this.random = random;
    }

    /** Mounts the routes, each behind the guard. */
    public void mount(Router router, SecurityPolicyHandler guard) {
        for (String all : List.of(OF_TENANT, OF_ADMINISTRATORS)) {
            BodyHandler body = BodyHandler.create(false).setBodyLimit(TenantRoutes.MAX_BODY_BYTES);
            String one = all + "/:id";
            router.get(all).handler(guard).handler(this::list);
            router.post(all).handler(guard).handler(body).handler(this::create);
            router.get(one).handler(guard).handler(this::get);
            router.delete(one).handler(guard).handler(this::delete);
            router.post(one + "/rotate").handler(guard).handler(body).handler(this::rotate);
            router.post(one + "/revoke").handler(guard).handler(this::revoke);
        }
    }

    private void list(RoutingContext context) {
        Paging paging = Paging.of(context, ObjectName::isValid);
        TreeMap<String, AccessKey> keys = new TreeMap<>();
        keysOf(context.pathParam("tenant")).forEach(key -> keys.put(key.id(), key));
        List<AccessKey> found = keys.tailMap(paging.after(), false).values().stream()
                .limit(paging.wanted())
                .toList();
        long now = clock.millis();
        Answers.json(context, 200, paging.page(found, AccessKey::id, key -> KeyView.of(key, null, now)));
    }

    private List<AccessKey> keysOf(@Nullable String tenant) {
        return catalog.table().rows().values().stream()
                .map(Row::value)
                .filter(AccessKey.class::isInstance)
                .map(AccessKey.class::cast)
                .filter(key -> Objects.equals(key.tenant(), tenant))
                .toList();
    }

    private void get(RoutingContext context) {
        Row<AccessKey> row = CatalogWriter.row(catalog.table().get(path(context)), AccessKey.class);
        if (row == null) {
            throw unknown(context);
        }
        answer(context, 200, row, null);
    }

    private void create(RoutingContext context) {
        String tenant = context.pathParam("tenant");
        KeyDraft draft = KeyDraft.read(JsonBody.read(context, KeyDraft.WHAT, JsonBody.MEDIA_TYPE), clock.millis());
        Caller caller = Caller.of(context);
        requireAll(draft.scopes(), caller);
        String id = KeyToken.mintId(random);
        KeyToken token = KeyToken.mint(id, random);
        AccessKey key = draft.create(id, tenant, token, clock.millis());
        writer.submit(
                context,
                key.key(),
                AccessKey.class,
                current -> {
                    if (tenant != null && !catalog.isTenant(tenant)) {
                        throw new ProblemException(Problem.of(
                                404, "unknown-tenant", "Unknown tenant", "there is no tenant '" + tenant + "'"));
                    }
                    if (keysOf(tenant).size() >= MOST_PER_TENANT) {
                        throw new ProblemException(Problem.of(
                                409,
                                "too-many-keys",
                                "Too many keys",
                                "there are " + MOST_PER_TENANT + " keys, which is the most: delete some first"));
                    }
                    return writer.put(key, caller, "key created");
                },
                outcome -> {
                    LOG.info("key created tenant={} id={}", tenant, id);
                    context.response()
                            .putHeader(HttpHeaders.LOCATION, context.request().path() + "/" + id);
                    answer(context, 201, Objects.requireNonNull(row(outcome.after())), token);
                });
    }

    private void rotate(RoutingContext context) {
        Duration overlap = KeyDraft.readOverlap(JsonBody.readOptional(context, "rotation"));
        String id = context.pathParam("id");
        KeyToken token = KeyToken.mint(id, random);
        Caller caller = Caller.of(context);
        change(context, "key rotated", token, key -> {
            requireAll(key.scopes(), caller);
            long now = clock.millis();
            if (key.state() == AccessKey.State.REVOKED || key.hasExpired(now)) {
                throw new ProblemException(Problem.of(
                        409, "key-ended", "Key ended", "key '" + id + "' is no longer accepted: create another"));
            }
            AccessKey rotated = key.rotated(KeyToken.hash(token.reveal()), now + overlap.toMillis(), now);
            if (rotated.secrets().size() > MOST_SECRETS) {
                throw new ProblemException(Problem.of(
                        409,
                        "too-many-secrets",
                        "Too many secrets",
                        "key '" + id + "' has " + MOST_SECRETS
                                + " secrets that are still accepted, which is the most: rotate it with a shorter"
                                + " overlap, such as {\"overlap\": \"0s\"}"));
            }
            return rotated;
        });
    }

    private void revoke(RoutingContext context) {
        change(
                context,
                "key revoked",
                null,
                key -> key.state() == AccessKey.State.REVOKED ? key : key.revoked(clock.millis()));
    }

    /** What becomes of a key; the same one where it stays as it is. */
    @FunctionalInterface
    private interface KeyChange {
        AccessKey of(AccessKey key);
    }

    private void change(RoutingContext context, String action, @Nullable KeyToken token, KeyChange change) {
        Caller caller = Caller.of(context);
        writer.submit(
                context,
                path(context),
                AccessKey.class,
                current -> {
                    if (current == null) {
                        throw unknown(context);
                    }
                    AccessKey changed = change.of(current.value());
                    return changed.equals(current.value()) ? new Change.Keep<>() : writer.put(changed, caller, action);
                },
                outcome -> {
                    Row<AccessKey> row = Objects.requireNonNull(row(outcome.after()));
                    LOG.info(
                            "{} tenant={} id={}",
                            action,
                            row.value().tenant(),
                            row.value().id());
                    answer(context, 200, row, token);
                });
    }

    private void delete(RoutingContext context) {
        Caller caller = Caller.of(context);
        String path = path(context);
        writer.submit(
                context,
                path,
                AccessKey.class,
                current -> {
                    if (current == null) {
                        throw unknown(context);
                    }
                    return writer.remove(path, List.of(), caller, "key deleted");
                },
                outcome -> {
                    LOG.info("key deleted tenant={} id={}", context.pathParam("tenant"), context.pathParam("id"));
                    context.response().setStatusCode(204).end();
                });
    }

    private void answer(RoutingContext context, int status, Row<AccessKey> row, @Nullable KeyToken token) {
        Answers.state(context, status, row, KeyView.of(row.value(), token, clock.millis()));
    }

    private static @Nullable Row<AccessKey> row(@Nullable Row<CatalogEntry> row) {
        return CatalogWriter.row(row, AccessKey.class);
    }

    private static String path(RoutingContext context) {
        return AccessKey.key(context.pathParam("tenant"), context.pathParam("id"));
    }

    private static void requireAll(Set<Scope> scopes, Caller caller) {
        for (Scope scope : scopes) {
            if (!caller.may(scope)) {
                throw new ProblemException(Problem.of(
                        403,
                        "forbidden",
                        "Forbidden",
                        "whoever gives a key the scope '" + scope.text() + "' must have it"));
            }
        }
    }

    private static ProblemException unknown(RoutingContext context) {
        return new ProblemException(Problem.of(
                404, "unknown-key", "Unknown key", "there is no key '" + context.pathParam("id") + "' here"));
    }
}

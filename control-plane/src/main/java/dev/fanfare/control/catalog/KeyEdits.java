package dev.fanfare.control.catalog;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fanfare.contract.catalog.AccessKey;
import dev.fanfare.contract.catalog.CatalogEntry;
import dev.fanfare.contract.catalog.KeyToken;
import dev.fanfare.contract.catalog.Scope;
import dev.fanfare.contract.problem.Problem;
import dev.fanfare.contract.problem.ProblemException;
import dev.fanfare.contract.run.Actor;
import dev.fanfare.control.catalog.CatalogWriter.Condition;
import dev.fanfare.control.table.TableWriter.Change;
import dev.fanfare.control.table.TableWriter.Outcome;
import dev.fanfare.runtime.catalog.Catalog;
import dev.fanfare.runtime.kafka.CompactedTable.Row;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * API keys are made, rotated, revoked and deleted here, for the API and the console alike. A tenant of null stands for
 * administrators. Nobody gives away what they don't have: who makes or rotates a key must hold all of its scopes.
 */
public final class KeyEdits {
    private static final Logger LOG = LoggerFactory.getLogger(KeyEdits.class);
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
    public KeyEdits(Catalog catalog, CatalogWriter writer, Clock clock, RandomGenerator random) {
        this.catalog = catalog;
        this.writer = writer;
        this.clock = clock;
        this.random = random;
    }

    /** A key as it is now, and with which secret: its holder is shown it this once. */
    public record Issued(Row<AccessKey> row, KeyToken token) {}

    /**
     * Makes one of what the API takes as a body.
     *
     * @param held the scopes of who makes it
     */
    public CompletionStage<Issued> create(@Nullable String tenant, JsonNode body, Set<Scope> held, Actor by) {
        KeyDraft draft = KeyDraft.read(body, clock.millis());
        requireAll(draft.scopes(), held);
        String id = KeyToken.mintId(random);
        KeyToken token = KeyToken.mint(id, random);
        AccessKey key = draft.create(id, tenant, token, clock.millis());
        return writer.submit(key.key(), AccessKey.class, Condition.NONE, current -> {
                    if (tenant != null && !catalog.isTenant(tenant)) {
                        throw TenantEdits.unknown(tenant);
                    }
                    if (catalog.keys(tenant).size() >= MOST_PER_TENANT) {
                        throw conflict(
                                "too-many-keys",
                                "Too many keys",
                                "there are " + MOST_PER_TENANT + " keys, which is the most: delete some first");
                    }
                    return writer.put(key, by, "key created");
                })
                .thenApply(outcome -> new Issued(written(outcome, "key created"), token));
    }

    /** Puts another secret in front, as the body says; those so far are taken for a while yet. */
    public CompletionStage<Issued> rotate(
            @Nullable String tenant, String id, JsonNode body, Set<Scope> held, Actor by, Condition condition) {
        Duration overlap = KeyDraft.readOverlap(body);
        KeyToken token = KeyToken.mint(id, random);
        return change(tenant, id, by, "key rotated", condition, key -> {
                    requireAll(key.scopes(), held);
                    long now = clock.millis();
                    if (key.state() == AccessKey.State.REVOKED || key.hasExpired(now)) {
                        throw conflict(
                                "key-ended", "Key ended", "key '" + id + "' is no longer accepted: create another");
                    }
                    AccessKey rotated = key.rotated(KeyToken.hash(token.reveal()), now + overlap.toMillis(), now);
                    if (rotated.secrets().size() > MOST_SECRETS) {
                        throw conflict(
                                "too-many-secrets",
                                "Too many secrets",
                                "key '" + id + "' has " + MOST_SECRETS
                                        + " secrets that are still accepted, which is the most: rotate it with a shorter"
                                        + " overlap, such as {\"overlap\": \"0s\"}");
                    }
                    return rotated;
                })
                .thenApply(row -> new Issued(row, token));
    }

    /** Has one refused from now on, for good. */
    public CompletionStage<Row<AccessKey>> revoke(@Nullable String tenant, String id, Actor by, Condition condition) {
        return change(
                tenant,
                id,
                by,
                "key revoked",
                condition,
                key -> key.state() == AccessKey.State.REVOKED ? key : key.revoked(clock.millis()));
    }

    /** Forgets one. */
    CompletionStage<Outcome<CatalogEntry>> delete(@Nullable String tenant, String id, Actor by, Condition condition) {
        String path = AccessKey.key(tenant, id);
        return writer.submit(path, AccessKey.class, condition, current -> {
                    if (current == null) {
                        throw unknown(id);
                    }
                    return writer.remove(path, List.of(), by, "key deleted");
                })
                .thenApply(outcome -> {
                    LOG.info("key deleted tenant={} id={}", tenant, id);
                    return outcome;
                });
    }

    private CompletionStage<Row<AccessKey>> change(
            @Nullable String tenant,
            String id,
            Actor by,
            String action,
            Condition condition,
            UnaryOperator<AccessKey> change) {
        return writer.submit(AccessKey.key(tenant, id), AccessKey.class, condition, current -> {
                    if (current == null) {
                        throw unknown(id);
                    }
                    AccessKey changed = change.apply(current.value());
                    return changed.equals(current.value()) ? new Change.Keep<>() : writer.put(changed, by, action);
                })
                .thenApply(outcome -> written(outcome, action));
    }

    private static Row<AccessKey> written(Outcome<CatalogEntry> outcome, String action) {
        Row<AccessKey> row = Objects.requireNonNull(CatalogWriter.row(outcome.after(), AccessKey.class));
        LOG.info("{} tenant={} id={}", action, row.value().tenant(), row.value().id());
        return row;
    }

    private static void requireAll(Set<Scope> scopes, Set<Scope> held) {
        for (Scope scope : scopes) {
            if (!scope.isAllowedBy(held)) {
                throw new ProblemException(Problem.of(
                        403,
                        "forbidden",
                        "Forbidden",
                        "whoever gives a key the scope '" + scope.text() + "' must have it"));
            }
        }
    }

    private static ProblemException conflict(String kind, String title, String detail) {
        return new ProblemException(Problem.of(409, kind, title, detail));
    }

    static ProblemException unknown(String id) {
        return new ProblemException(Problem.of(404, "unknown-key", "Unknown key", "there is no key '" + id + "' here"));
    }
}

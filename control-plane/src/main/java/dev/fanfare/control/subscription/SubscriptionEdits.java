package dev.fanfare.control.subscription;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fanfare.contract.Json;
import dev.fanfare.contract.ObjectName;
import dev.fanfare.contract.Uuid7;
import dev.fanfare.contract.delivery.Delivery;
import dev.fanfare.contract.problem.Problem;
import dev.fanfare.contract.problem.Problem.FieldError;
import dev.fanfare.contract.problem.ProblemException;
import dev.fanfare.contract.run.Actor;
import dev.fanfare.contract.signing.SecretSeal;
import dev.fanfare.contract.signing.SigningKey;
import dev.fanfare.contract.subscription.Subscription;
import dev.fanfare.contract.subscription.Subscription.Retry;
import dev.fanfare.control.http.MergePatch;
import dev.fanfare.control.subscription.SubscriptionWriter.Change;
import dev.fanfare.control.subscription.SubscriptionWriter.Outcome;
import dev.fanfare.runtime.kafka.CompactedTable.Row;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Subscriptions are created, changed and deleted here, for the API and the console alike.
 *
 * <p>What was asked for is read, and its faults told, before anything is submitted. A {@code Condition} throws where the
 * subscription, as it is when its turn comes, must not be changed.
 */
public final class SubscriptionEdits {
    private static final String ID_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789";
    private static final int ID_LENGTH = 16;

    private final SubscriptionIndex index;
    private final Predicate<String> tenants;
    private final SubscriptionWriter writer;
    private final TestSender sender;
    private final SubscriptionReader reader;
    private final SecretSeal seal;
    private final Clock clock;
    private final RandomGenerator random;
    private final int mostPerTenant;

    /** Looks at what is there. */
    @FunctionalInterface
    interface Condition extends Consumer<@Nullable Row<Subscription>> {}

    /**
     * What came of creating or replacing.
     *
     * @param key of a subscription that is new; else of no use
     */
    record Placed(Outcome outcome, SigningKey key) {
        boolean isNew() {
            return outcome.before() == null;
        }

        Row<Subscription> row() {
            return Objects.requireNonNull(outcome.after());
        }
    }

    /**
     * A subscription that is new, and what its owner is shown this once.
     *
     * @param shown the secret's text, or the public key of a pair
     */
    public record Created(String id, String shown) {
        /** Hides what it holds. */
        @Override
        public String toString() {
            return "Created[" + id + "]";
        }
    }

    /**
     * Over the index and its writer, which stay the caller's.
     *
     * @param tenants whether there is such a tenant
     * @param random a secure generator: secrets are made with it
     */
    public SubscriptionEdits(
            SubscriptionIndex index,
            Predicate<String> tenants,
            SubscriptionWriter writer,
            TestSender sender,
            SecretSeal seal,
            Clock clock,
            RandomGenerator random,
            Retry defaultRetry,
            int mostPerTenant) {
        this.index = index;
        this.tenants = tenants;
        this.writer = writer;
        this.sender = sender;
        this.reader = new SubscriptionReader(defaultRetry);
        this.seal = seal;
        this.clock = clock;
        this.random = random;
        this.mostPerTenant = mostPerTenant;
    }

    /** Creates one of what the API takes as a body. */
    public CompletionStage<Created> create(String tenant, ObjectNode body, Actor by) {
        return place(tenant, body, by).thenApply(placed -> {
            Subscription made = placed.row().value();
            String publicKey = Signing.publicKey(made);
            return new Created(made.id(), publicKey == null ? placed.key().reveal() : publicKey);
        });
    }

    /** Changes members of one, as a merge patch does. */
    public CompletionStage<Outcome> change(String tenant, String id, ObjectNode changes, Actor by) {
        return patch(tenant, id, changes, by, current -> {});
    }

    /** Deletes one. */
    public CompletionStage<Outcome> delete(String tenant, String id, Actor by) {
        return delete(tenant, id, by, current -> {});
    }

    /** Creates one, under an id of its own where the body names none. */
    CompletionStage<Placed> place(String tenant, JsonNode body, Actor by) {
        SubscriptionDraft draft = reader.read(body, tenant, null);
        String id = draft.id() == null ? mintId() : draft.id();
        SigningKey key = draft.signingAtCreation().mint(random);
        return submit(tenant, id, by, current -> {
                    if (current != null) {
                        throw new ProblemException(Problem.of(
                                409,
                                "already-exists",
                                "Already exists",
                                "there is a subscription '" + id + "' already: change it with PUT or PATCH"));
                    }
                    return creation(draft, tenant, id, key);
                })
                .thenApply(outcome -> new Placed(outcome, key));
    }

    /** Replaces one, or creates it under that id. */
    CompletionStage<Placed> replace(String tenant, String id, JsonNode body, Actor by, Condition condition) {
        if (!ObjectName.isValid(id)) {
            throw SubscriptionReader.invalid(List.of(new FieldError("id", "must be " + ObjectName.RULE)));
        }
        SubscriptionDraft draft = reader.read(body, tenant, id);
        SigningKey key = draft.signingAtCreation().mint(random);
        return submit(tenant, id, by, current -> {
                    condition.accept(current);
                    return current == null ? creation(draft, tenant, id, key) : update(draft, current.value());
                })
                .thenApply(outcome -> new Placed(outcome, key));
    }

    CompletionStage<Outcome> patch(String tenant, String id, JsonNode changes, Actor by, Condition condition) {
        return submit(tenant, id, by, current -> {
            if (current == null) {
                throw SubscriptionRoutes.unknown(tenant, id);
            }
            condition.accept(current);
            return update(reader.read(patched(current.value(), changes), tenant, id), current.value());
        });
    }

    CompletionStage<Outcome> delete(String tenant, String id, Actor by, Condition condition) {
        return writer.submit(tenant, id, by, current -> {
            if (current == null) {
                throw SubscriptionRoutes.unknown(tenant, id);
            }
            condition.accept(current);
            return new Change.Remove();
        });
    }

    /** Has the endpoint asked where the change calls for it. Should the process die in between, it can be asked again. */
    private CompletionStage<Outcome> submit(String tenant, String id, Actor by, SubscriptionWriter.Decision decision) {
        return writer.submit(tenant, id, by, decision).thenApply(outcome -> {
            sender.challengeIfAsked(outcome);
            return outcome;
        });
    }

    /** What belongs to one type of {@code auth} means nothing to another: a patch that names another begins anew. */
    private JsonNode patched(Subscription current, JsonNode changes) {
        ObjectNode before = Json.TOPIC.valueToTree(SubscriptionView.of(current, clock.millis(), null));
        JsonNode type = changes.path("auth").path("type");
        if (!type.isMissingNode() && !type.equals(before.path("auth").path("type"))) {
            before.remove("auth");
        }
        return MergePatch.apply(before, changes);
    }

    private Change creation(SubscriptionDraft draft, String tenant, String id, SigningKey key) {
        if (!tenants.test(tenant)) { // deleted since the request was let in
            throw new ProblemException(
                    Problem.of(404, "unknown-tenant", "Unknown tenant", "there is no tenant '" + tenant + "'"));
        }
        if (index.count(tenant) >= mostPerTenant) {
            throw new ProblemException(Problem.of(
                    409,
                    "too-many-subscriptions",
                    "Too many subscriptions",
                    "tenant '" + tenant + "' has " + mostPerTenant
                            + " subscriptions, which is the most (control.max-subscriptions)"));
        }
        long now = clock.millis();
        return new Change.Put(draft.create(
                tenant,
                id,
                Uuid7.mint(now, random),
                seal.seal(key, Delivery.key(tenant, id), now),
                seal,
                () -> Verifying.mint(random),
                now));
    }

    private Change update(SubscriptionDraft draft, Subscription current) {
        Subscription updated = draft.update(current, seal, () -> Verifying.mint(random), clock.millis());
        return updated.equals(current) ? new Change.Keep() : new Change.Put(updated);
    }

    private String mintId() {
        StringBuilder id = new StringBuilder("sub-");
        for (int i = 0; i < ID_LENGTH; i++) {
            id.append(ID_ALPHABET.charAt(random.nextInt(ID_ALPHABET.length())));
        }
        return id.toString();
    }
}

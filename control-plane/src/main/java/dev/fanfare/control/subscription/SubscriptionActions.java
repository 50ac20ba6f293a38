package dev.fanfare.control.subscription;

import dev.fanfare.contract.delivery.Delivery;
import dev.fanfare.contract.run.Actor;
import dev.fanfare.contract.run.EventReplay;
import dev.fanfare.contract.run.Run;
import dev.fanfare.contract.signing.SecretSeal;
import dev.fanfare.contract.signing.SigningKey;
import dev.fanfare.contract.subscription.Subscription;
import dev.fanfare.control.subscription.SubscriptionWriter.Change;
import dev.fanfare.control.subscription.SubscriptionWriter.Outcome;
import dev.fanfare.runtime.kafka.CompactedTable.Row;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** What can be done with a subscription besides changing its settings, for the API and the console alike. */
public final class SubscriptionActions {
    private final SubscriptionIndex index;
    private final SubscriptionWriter writer;
    private final TestSender tests;
    private final RunLog runs;
    private final SecretSeal seal;
    private final Clock clock;
    private final RandomGenerator random;

    /** Over parts that stay the caller's, with a secure generator. */
    public SubscriptionActions(
            SubscriptionIndex index,
            SubscriptionWriter writer,
            TestSender tests,
            RunLog runs,
            SecretSeal seal,
            Clock clock,
            RandomGenerator random) {
        this.index = index;
        this.writer = writer;
        this.tests = tests;
        this.runs = runs;
        this.seal = seal;
        this.clock = clock;
        this.random = random;
    }

    /** A new key, and the subscription that signs with it. */
    record Rotated(Row<Subscription> subscription, SigningKey key) {}

    /** Keeps its events from now on, instead of sending them. */
    public CompletionStage<Outcome> pause(String tenant, String id, Actor by) {
        return turn(tenant, id, by, current -> {}, Pausing::pause);
    }

    /** Sends what was kept, and what comes. */
    public CompletionStage<Outcome> resume(String tenant, String id, Actor by) {
        return turn(tenant, id, by, current -> {}, Pausing::resume);
    }

    /** Has its endpoint asked again to answer a challenge. */
    CompletionStage<Outcome> verify(String tenant, String id, Actor by, Consumer<Row<Subscription>> allowed) {
        return turn(tenant, id, by, allowed, (current, now) -> Verifying.again(current, Verifying.mint(random), now))
                .thenApply(outcome -> {
                    tests.challengeIfAsked(outcome);
                    return outcome;
                });
    }

    /** Puts another secret in front; what comes back is its text, or the public key of a pair. */
    public CompletionStage<String> rotate(String tenant, String id, Actor by) {
        return rotate(tenant, id, by, current -> {}, Rotation.DEFAULT_OVERLAP).thenApply(rotated -> {
            String publicKey = Signing.publicKey(rotated.subscription().value());
            return publicKey == null ? rotated.key().reveal() : publicKey;
        });
    }

    /** Sends a test event. Waits for Kafka. */
    public Delivery test(String tenant, String id, Actor by) {
        return tests.send(tenant, id, null, null, by);
    }

    /** Begins to send events of the past. Waits for Kafka. */
    public Run replay(String tenant, String id, Instant since, Actor by) {
        Subscription subscription =
                ActiveSubscription.require(index, tenant, id, "replayed").value();
        return runs.begin(new EventReplay(tenant, id, subscription.generation(), since, null, List.of()), by);
    }

    /**
     * Turns it into another state.
     *
     * @param allowed throws where this state must not be changed
     */
    CompletionStage<Outcome> turn(
            String tenant,
            String id,
            Actor by,
            Consumer<Row<Subscription>> allowed,
            BiFunction<Subscription, Long, Change> turn) {
        return writer.submit(tenant, id, by, current -> {
            Row<Subscription> row = require(tenant, id, current);
            allowed.accept(row);
            return turn.apply(row.value(), clock.millis());
        });
    }

    /** As {@link #rotate(String, String, Actor)}, with another overlap. */
    CompletionStage<Rotated> rotate(
            String tenant, String id, Actor by, Consumer<Row<Subscription>> allowed, Duration overlap) {
        AtomicReference<SigningKey> minted = new AtomicReference<>();
        return writer.submit(tenant, id, by, current -> {
                    Row<Subscription> row = require(tenant, id, current);
                    allowed.accept(row);
                    SigningKey key = Signing.of(row.value()).mint(random);
                    minted.set(key);
                    long now = clock.millis();
                    return Rotation.rotate(row.value(), seal.seal(key, Delivery.key(tenant, id), now), overlap, now);
                })
                .thenApply(outcome ->
                        new Rotated(Objects.requireNonNull(outcome.after()), Objects.requireNonNull(minted.get())));
    }

    private static Row<Subscription> require(String tenant, String id, @Nullable Row<Subscription> current) {
        if (current == null) {
            throw SubscriptionRoutes.unknown(tenant, id);
        }
        return current;
    }
}

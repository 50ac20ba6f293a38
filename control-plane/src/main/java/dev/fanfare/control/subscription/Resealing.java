package dev.fanfare.control.subscription;

import dev.fanfare.contract.catalog.AccessKey;
import dev.fanfare.contract.run.Actor;
import dev.fanfare.contract.run.AuditEntry;
import dev.fanfare.contract.signing.SecretSeal;
import dev.fanfare.contract.signing.SecretSeal.Purpose;
import dev.fanfare.contract.subscription.Authentication;
import dev.fanfare.contract.subscription.Subscription;
import dev.fanfare.contract.subscription.Subscription.SealedSecret;
import dev.fanfare.control.subscription.SubscriptionWriter.Change;
import dev.fanfare.control.subscription.SubscriptionWriter.Outcome;
import dev.fanfare.runtime.kafka.CompactedTable.Row;
import dev.fanfare.runtime.kafka.KafkaAnswer;
import dev.fanfare.runtime.secret.Keyset;
import dev.fanfare.runtime.secret.SealingKeys;
import dev.fanfare.runtime.secret.SealingKeys.Sealer;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Seals anew, with the keyset's primary key, what is sealed with an older one, so that this one may be removed.
 *
 * <pre>
 * each round: is there a secret of an older key? ─▶ writer: still so? ─▶ the same subscription, sealed with the primary key
 * </pre>
 *
 * <p>What is left stands on the topic, so whoever starts goes on where another ended. Only what a key <i>before</i> the
 * primary one sealed is touched: while instances have different states of a keyset, none undoes what the other does. Every
 * instance may do it; one that sees another at it stands back, for each change of hands costs the writer a new producer.
 *
 * <p>Of the subscription nothing else changes, not when it was changed last either; but its place on the topic does, and
 * so its entity tag. Confined to one thread, but for {@link #left}.
 */
public final class Resealing {
    private static final Logger LOG = LoggerFactory.getLogger(Resealing.class);
    private static final Actor SELF = new Actor("Fanfare, for the keyset has a newer primary key", null, null);
    private static final Duration WRITE_TIMEOUT = Duration.ofSeconds(30);
    /** In one look, of which there is one a second at most: what people change has its turn in between. */
    static final int MOST_IN_A_LOOK = 20;

    /** Looks to leave out where another instance is at it. */
    private static final int MOST_STOOD_BACK = 10;

    /** Looks to leave out where nothing is left. */
    private static final int REST = 10;

    private static final int SAY_EVERY = 30;

    private final SubscriptionIndex index;
    private final SubscriptionWriter writer;
    private final Keyset keyset;
    private final SecretSeal seal;
    private final Clock clock;
    private final RandomGenerator random;
    /** What does not open, by its place: it isn't tried again. */
    private final Map<String, Long> closed = new HashMap<>();

    private int leaveOut;
    private long expected = -1;
    private long said = -1;
    private long done;
    private int looks;
    private boolean isBegun;
    private boolean isAudited;

    /** Over parts that stay the caller's. */
    public Resealing(
            SubscriptionIndex index, SubscriptionWriter writer, Keyset keyset, Clock clock, RandomGenerator random) {
        this.index = index;
        this.writer = writer;
        this.keyset = keyset;
        this.seal = keyset.seal();
        this.clock = clock;
        this.random = random;
    }

    /** How many subscriptions have a secret that the primary key did not seal. Any thread, once the keyset is open. */
    public long left() {
        SealingKeys keys = keyset.keys();
        return index.all()
                .filter(row -> secrets(row.value()).anyMatch(secret -> keys.of(secret) != Sealer.PRIMARY))
                .count();
    }

    /** Looks once, and seals some of what it finds. Waits for Kafka. */
    public void look() {
        if (leaveOut > 0) {
            leaveOut--;
            return;
        }
        List<Row<Subscription>> older = index.all()
                .filter(row -> isOld(row.value())
                        && !Objects.equals(closed.get(row.value().key()), row.offset()))
                .toList();
        if (older.isEmpty()) {
            finish();
            return;
        }
        if (expected >= 0 && older.size() < expected) {
            standBack(older.size());
            return;
        }
        String primary = keyset.keys().primaryId();
        if (!isBegun) {
            isBegun = true;
            LOG.info("sealing secrets anew with the primary key of the keyset key={} left={}", primary, older.size());
        } else if (++looks % SAY_EVERY == 0) {
            LOG.info(
                    "still sealing secrets anew with the primary key of the keyset key={} done={} left={}",
                    primary,
                    done,
                    older.size());
        }
        for (Row<Subscription> row : older.subList(0, Math.min(MOST_IN_A_LOOK, older.size()))) {
            if (!reseal(row.value(), older.size())) {
                standBack(older.size());
                return;
            }
        }
        expected = older.size() - Math.min(MOST_IN_A_LOOK, older.size());
    }

    private void standBack(long left) {
        expected = left;
        leaveOut = random.nextInt(1, MOST_STOOD_BACK + 1);
    }

    private void finish() {
        expected = -1;
        leaveOut = REST;
        closed.entrySet().removeIf(known -> {
            Row<Subscription> row = index.table().get(known.getKey());
            return row == null || row.offset() != known.getValue();
        });
        long left = left();
        if (isBegun || said != left) {
            tell(left);
        }
        said = left;
        isBegun = false;
        isAudited = false;
        done = 0;
    }

    private void tell(long left) {
        SealingKeys keys = keyset.keys();
        if (left == 0 && keys.hasOlder()) {
            LOG.info(
                    "every secret is sealed with the primary key of the keyset, its older keys are in use no more key={} done={}",
                    keys.primaryId(),
                    done);
        }
        List<String> unopened = index.all()
                .map(Row::value)
                .filter(each -> closed.containsKey(each.key())
                        || secrets(each).anyMatch(secret -> keys.of(secret) == Sealer.UNKNOWN))
                .map(Subscription::key)
                .toList();
        if (!unopened.isEmpty()) {
            LOG.warn(
                    "secrets open with no key of the keyset and stay as they are subscriptions={} one={}",
                    unopened.size(),
                    unopened.get(0));
        }
    }

    /** False where another instance was first. */
    private boolean reseal(Subscription seen, long left) {
        Outcome outcome = KafkaAnswer.await(
                writer.submit(seen.tenant(), seen.id(), SELF, current -> decide(current, left))
                        .toCompletableFuture(),
                WRITE_TIMEOUT,
                "sealing secrets anew");
        Row<Subscription> after = outcome.after();
        if (after != null && isOld(after.value())) {
            closed.put(after.value().key(), after.offset());
            return true;
        }
        boolean isOurs = after != null && !after.equals(outcome.before());
        if (isOurs) {
            done++;
            isAudited = true;
        }
        return isOurs || after == null;
    }

    private Change decide(@Nullable Row<Subscription> current, long left) {
        if (current == null || !isOld(current.value())) {
            return new Change.Keep();
        }
        Subscription before = current.value();
        try {
            List<SealedSecret> secrets = new ArrayList<>();
            for (SealedSecret secret : before.secrets()) {
                secrets.add(anew(secret, Purpose.SIGNING, before.key()));
            }
            Authentication auth = before.auth();
            Subscription after = before.toBuilder()
                    .secrets(secrets)
                    .auth(auth == null ? null : auth.withSecret(anew(auth.secret(), Purpose.CREDENTIAL, before.key())))
                    .build();
            return new Change.Reseal(after, isAudited ? null : audit(left));
        } catch (GeneralSecurityException e) {
            LOG.debug("a secret does not open subscription={}", before.key(), e);
            return new Change.Keep();
        }
    }

    /** Of all that this process is about to do, with the first of it. */
    private AuditEntry audit(long left) {
        return new AuditEntry(
                clock.millis(),
                "secrets sealed anew",
                AccessKey.NO_TENANT + "/keyset",
                SELF,
                Map.of("key", keyset.keys().primaryId()),
                Map.of("subscriptions", left),
                null);
    }

    private SealedSecret anew(SealedSecret secret, Purpose purpose, String key) throws GeneralSecurityException {
        if (keyset.keys().of(secret) != Sealer.OLDER) {
            return secret;
        }
        String plain = seal.open(secret, purpose, key);
        return new SealedSecret(
                seal.seal(plain, purpose, key, secret.createdAtMillis()).sealed(),
                secret.createdAtMillis(),
                secret.publicKey(),
                secret.expiresAtMillis());
    }

    private boolean isOld(Subscription subscription) {
        SealingKeys keys = keyset.keys();
        return secrets(subscription).anyMatch(secret -> keys.of(secret) == Sealer.OLDER);
    }

    private static Stream<SealedSecret> secrets(Subscription subscription) {
        Authentication auth = subscription.auth();
        return Stream.concat(subscription.secrets().stream(), auth == null ? Stream.empty() : Stream.of(auth.secret()));
    }
}

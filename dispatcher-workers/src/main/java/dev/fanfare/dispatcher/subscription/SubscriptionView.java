package dev.fanfare.dispatcher.subscription;

import dev.fanfare.contract.delivery.Delivery;
import dev.fanfare.contract.delivery.SubscriptionVersion;
import dev.fanfare.contract.signing.SecretSeal;
import dev.fanfare.contract.signing.SigningKey;
import dev.fanfare.contract.signing.WebhookSigner;
import dev.fanfare.contract.subscription.Subscription;
import dev.fanfare.contract.subscription.Subscription.SealedSecret;
import dev.fanfare.contract.subscription.Subscription.State;
import dev.fanfare.contract.subscription.Verification;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.runtime.kafka.CompactedTable;
import dev.fanfare.runtime.kafka.CompactedTable.Row;
import dev.fanfare.runtime.kafka.KafkaConnection;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The subscriptions topic as the dispatcher reads it, and of each subscription in use the {@link Endpoint}: its secrets
 * are opened once per version, not per delivery. Any thread.
 */
public final class SubscriptionView implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SubscriptionView.class);
    /** An operator sees a fault that lasts about once a minute, not once per delivery. */
    private static final long REMIND_NANOS = Duration.ofMinutes(1).toNanos();

    private final CompactedTable<Subscription> table;
    private final SecretSeal seal;
    private final Clock clock;
    private final Map<String, Ready> ready = new ConcurrentHashMap<>();

    /**
     * A standing worked out for one version of an active subscription.
     *
     * @param untilMillis when the first of its secrets expires
     */
    private record Ready(UUID generation, Standing standing, long atNanos, long untilMillis) {}

    public SubscriptionView(KafkaConnection kafka, String clientId, SecretSeal seal, Clock clock) {
        this.seal = seal;
        this.clock = clock;
        this.table = new CompactedTable<>(
                kafka,
                Topics.SUBSCRIPTIONS,
                clientId,
                Subscription::fromJson,
                (key, before, after) -> ready.remove(key));
    }

    /** As {@link CompactedTable#start}. */
    public void start() {
        table.start();
    }

    /** Whether the view has yet to reach a version. A version of another topic can't be waited for. */
    public boolean isBehind(SubscriptionVersion version) {
        return table.position() <= version.offset() && table.topicId().equals(version.topicId());
    }

    /**
     * What the subscription's state means for a delivery, as far as the view has read.
     *
     * @param key {@link Delivery#key()}
     */
    public Standing standing(String key, Delivery delivery) {
        Ready known = ready.get(key);
        if (known != null
                && known.generation().equals(delivery.generation())
                && !isOver(known)
                && !isDueForReminder(known)) {
            return known.standing();
        }
        Row<Subscription> row = table.get(key);
        if (row == null) {
            return new Standing.Cancelled("the subscription was deleted");
        }
        Subscription subscription = row.value();
        if (!subscription.generation().equals(delivery.generation())) {
            return new Standing.Cancelled("the subscription was deleted and made anew under the same id");
        }
        return switch (subscription.state()) {
            case PAUSED ->
                isChallenge(delivery, subscription.verification())
                        ? standing(subscription, row.offset(), used(subscription))
                        : new Standing.Paused("the subscription is paused");
            case DISABLED -> new Standing.Disabled("the subscription is disabled");
            case ACTIVE -> {
                Ready fresh = ready.compute(key, (same, old) -> workOut(table.get(same)));
                // Else it has changed meanwhile.
                yield fresh != null && fresh.generation().equals(delivery.generation())
                        ? fresh.standing()
                        : standing(key, delivery);
            }
        };
    }

    /** What asks whether a subscription may begin goes out before it does. */
    private static boolean isChallenge(Delivery delivery, @Nullable Verification verification) {
        return verification != null
                && verification.isPending()
                && delivery.eventType().equals(Verification.EVENT_TYPE)
                && delivery.eventId().equals(verification.eventId());
    }

    private static boolean isDueForReminder(Ready known) {
        return known.standing() instanceof Standing.Unusable && System.nanoTime() - known.atNanos() > REMIND_NANOS;
    }

    private boolean isOver(Ready known) {
        return known.untilMillis() != Long.MAX_VALUE && known.untilMillis() <= clock.millis();
    }

    /** Within the map's lock on the key: the table forgets it after it has changed, so nothing old can stay. */
    private @Nullable Ready workOut(@Nullable Row<Subscription> row) {
        if (row == null || row.value().state() != State.ACTIVE) {
            return null;
        }
        Subscription subscription = row.value();
        List<SealedSecret> used = used(subscription);
        long untilMillis = used.stream()
                .map(SealedSecret::expiresAtMillis)
                .filter(Objects::nonNull)
                .mapToLong(Long::longValue)
                .min()
                .orElse(Long.MAX_VALUE);
        return new Ready(
                subscription.generation(), standing(subscription, row.offset(), used), System.nanoTime(), untilMillis);
    }

    private List<SealedSecret> used(Subscription subscription) {
        long nowMillis = clock.millis();
        return subscription.secrets().stream()
                .filter(secret -> secret.isUsedAt(nowMillis))
                .toList();
    }

    private Standing standing(Subscription subscription, long version, List<SealedSecret> used) {
        try {
            List<SigningKey> secrets = new ArrayList<>();
            for (SealedSecret secret : used) {
                secrets.add(seal.open(secret, subscription.key()));
            }
            return new Standing.Active(Endpoint.of(
                    subscription, version, new WebhookSigner(secrets), Credential.open(subscription, seal)));
        } catch (GeneralSecurityException e) {
            LOG.error(
                    "nothing is sent, deliveries wait: a secret does not open with this keyset; give this dispatcher the"
                            + " control plane's keyset (secrets.keyset-file) subscription={}",
                    subscription.key());
            return new Standing.Unusable("a secret of the subscription does not open");
        } catch (IllegalArgumentException e) {
            LOG.error("nothing is sent, deliveries wait subscription={} cause={}", subscription.key(), e.getMessage());
            return new Standing.Unusable("the subscription has no signing secret");
        }
    }

    @Override
    public void close() {
        table.close();
    }
}

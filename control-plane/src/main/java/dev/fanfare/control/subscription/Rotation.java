package dev.fanfare.control.subscription;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fanfare.contract.problem.Problem;
import dev.fanfare.contract.problem.Problem.FieldError;
import dev.fanfare.contract.problem.ProblemException;
import dev.fanfare.contract.subscription.Subscription;
import dev.fanfare.contract.subscription.Subscription.SealedSecret;
import dev.fanfare.control.http.Members;
import dev.fanfare.control.subscription.SubscriptionWriter.Change;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a new signing secret makes of a subscription: those before it sign beside it for a while. */
final class Rotation {
    static final Duration DEFAULT_OVERLAP = Duration.ofHours(24);
    private static final Duration MOST_OVERLAP = Duration.ofDays(30);

    /** Each is one more signature in every webhook. */
    private static final int MOST_SECRETS = 4;

    private Rotation() {}

    /**
     * Puts a secret in front, and an end to the others.
     *
     * @throws ProblemException 409 where too many would sign
     */
    static Change rotate(Subscription current, SealedSecret secret, Duration overlap, long nowMillis) {
        List<SealedSecret> secrets = new ArrayList<>(List.of(secret));
        current.secrets().stream()
                .map(old -> old.until(nowMillis + overlap.toMillis()))
                .filter(old -> old.isUsedAt(nowMillis))
                .forEach(secrets::add);
        if (secrets.size() > MOST_SECRETS) {
            throw new ProblemException(Problem.of(
                    409,
                    "too-many-secrets",
                    "Too many secrets",
                    "subscription '" + current.id() + "' has " + MOST_SECRETS + " secrets that sign, which is the most:"
                            + " wait until one expires, or end the old ones at once with {\"overlap\": \"0s\"}"));
        }
        return new Change.Put(
                current.toBuilder().secrets(secrets).updatedAtMillis(nowMillis).build());
    }

    /**
     * How long the old secrets go on signing, as a request says.
     *
     * @throws ProblemException 400 where it can't be read
     */
    static Duration overlap(ObjectNode body) {
        List<FieldError> faults = new ArrayList<>();
        Members members = new Members(body, "", faults);
        members.refuseOthers(Set.of("overlap"), name -> null);
        String text = members.text("overlap", SubscriptionReader.MAX_DURATION_LENGTH);
        Duration overlap = text == null
                ? DEFAULT_OVERLAP
                : SubscriptionReader.duration(members, "overlap", text, Duration.ZERO, MOST_OVERLAP);
        if (overlap == null || !faults.isEmpty()) {
            throw SubscriptionReader.invalid(faults);
        }
        return overlap;
    }

    /** When the last secret but the newest stops signing; null where none but the newest signs. */
    static @Nullable String oldSecretsUntil(Subscription subscription, long nowMillis) {
        return subscription.secrets().stream()
                .filter(secret -> secret.isUsedAt(nowMillis))
                .map(SealedSecret::expiresAtMillis)
                .filter(Objects::nonNull)
                .max(Comparator.naturalOrder())
                .map(until -> Instant.ofEpochMilli(until).toString())
                .orElse(null);
    }
}

package dev.fanfare.control.subscription;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fanfare.contract.delivery.Delivery;
import dev.fanfare.contract.problem.Problem.FieldError;
import dev.fanfare.contract.signing.SecretSeal;
import dev.fanfare.contract.subscription.Authentication;
import dev.fanfare.contract.subscription.Subscription;
import dev.fanfare.contract.subscription.Subscription.Format;
import dev.fanfare.contract.subscription.Subscription.RateLimit;
import dev.fanfare.contract.subscription.Subscription.Retry;
import dev.fanfare.contract.subscription.Subscription.SealedSecret;
import dev.fanfare.contract.subscription.Subscription.State;
import dev.fanfare.contract.subscription.Verification;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a subscriber may ask for, checked and with every default filled in.
 *
 * @param id      null where one is to be minted
 * @param verified whether its endpoint has to answer a challenge
 * @param signing null: v1 at creation, as it is from then on
 */
record SubscriptionDraft(
        @Nullable String id,
        URI url,
        List<String> eventTypes,
        @Nullable JsonNode filters,
        Map<String, String> headers,
        String timeout,
        int maxInFlight,
        @Nullable RateLimit rateLimit,
        Retry retry,
        @Nullable String disableFailingAfter,
        @Nullable AuthDraft auth,
        @Nullable Signing signing,
        Format format,
        State state,
        boolean verified,
        @Nullable String description,
        Map<String, String> metadata) {

    /** A new subscription. */
    Subscription create(
            String tenant,
            String id,
            UUID generation,
            SealedSecret secret,
            SecretSeal seal,
            Supplier<String> challenge,
            long nowMillis) {
        Verification verification = verified ? Verification.pending(challenge.get(), nowMillis) : null;
        boolean waits = verification != null && state == State.ACTIVE;
        return fill(Subscription.builder(tenant, id, generation, url))
                .auth(auth == null ? null : auth.resolve(null, url, Delivery.key(tenant, id), seal, nowMillis))
                .state(waits ? State.PAUSED : state, waits ? Verifying.REASON : reason())
                .verification(verification)
                .secrets(List.of(secret))
                .createdAtMillis(nowMillis)
                .updatedAtMillis(nowMillis)
                .build();
    }

    /** The same subscription with what this draft says; it is {@code equal} to before where nothing changes. */
    Subscription update(Subscription before, SecretSeal seal, Supplier<String> challenge, long nowMillis) {
        if (signing != null && signing != Signing.of(before)) {
            throw SubscriptionReader.invalid(List.of(new FieldError(
                    "signing",
                    "can't be changed, because the receiver's key would no longer fit: create another subscription")));
        }
        Authentication resolved = auth == null ? null : auth.resolve(before, url, before.key(), seal, nowMillis);
        Subscription.Builder after = fill(before.toBuilder()).auth(resolved);
        Verification verification = verification(before, challenge, nowMillis);
        boolean waited = before.state() == State.PAUSED && Verifying.REASON.equals(before.stateReason());
        if (verification != null
                && verification.isPending()
                && (state == State.ACTIVE || (waited && state == State.PAUSED))) {
            after.state(State.PAUSED, Verifying.REASON);
        } else if (waited && state == State.PAUSED) {
            after.state(State.ACTIVE, null);
        } else {
            after.state(state, state == before.state() ? before.stateReason() : reason());
        }
        after.verification(verification);
        return after.build().equals(before)
                ? before
                : after.updatedAtMillis(nowMillis).build();
    }

    /** Who changes the URL, or enables what failed, is asked anew. */
    private @Nullable Verification verification(Subscription before, Supplier<String> challenge, long nowMillis) {
        Verification known = before.verification();
        if (!verified) {
            return null;
        }
        boolean again = known == null
                || !url.equals(before.url())
                || (state == State.ACTIVE
                        && (known.status() == Verification.Status.FAILED
                                || (known.isPending() && before.state() == State.DISABLED)));
        return again ? Verification.pending(challenge.get(), nowMillis) : known;
    }

    private Subscription.Builder fill(Subscription.Builder builder) {
        return builder.url(url)
                .eventTypes(eventTypes)
                .filters(filters)
                .headers(headers)
                .timeout(timeout)
                .maxInFlight(maxInFlight)
                .rateLimit(rateLimit)
                .retry(retry)
                .disableFailingAfter(disableFailingAfter)
                .format(format)
                .description(description)
                .metadata(metadata);
    }

    private @Nullable String reason() {
        return switch (state) {
            case ACTIVE -> null;
            case PAUSED -> Pausing.BY_REQUEST;
            case DISABLED -> Disabling.BY_REQUEST;
        };
    }

    Signing signingAtCreation() {
        return Objects.requireNonNullElse(signing, Signing.V1);
    }

    /** The id; only for drafts that have one. */
    String requireId() {
        return Objects.requireNonNull(id);
    }
}

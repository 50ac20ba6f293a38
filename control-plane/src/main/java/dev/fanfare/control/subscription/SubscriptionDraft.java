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
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a subscriber may ask for, checked and with every default filled in.
 *
 * @param id      null where one is to be minted
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
        @Nullable AuthDraft auth,
        @Nullable Signing signing,
        Format format,
        State state,
        @Nullable String description,
        Map<String, String> metadata) {

    /** A new subscription. */
    Subscription create(
            String tenant, String id, UUID generation, SealedSecret secret, SecretSeal seal, long nowMillis) {
        return fill(Subscription.builder(tenant, id, generation, url))
                .auth(auth == null ? null : auth.resolve(null, url, Delivery.key(tenant, id), seal, nowMillis))
                .state(state, reason())
                .secrets(List.of(secret))
                .createdAtMillis(nowMillis)
                .updatedAtMillis(nowMillis)
                .build();
    }

    /** The same subscription with what this draft says; it is {@code equal} to before where nothing changes. */
    Subscription update(Subscription before, SecretSeal seal, long nowMillis) {
        if (signing != null && signing != Signing.of(before)) {
            throw SubscriptionReader.invalid(List.of(new FieldError(
                    "signing",
                    "can't be changed, because the receiver's key would no longer fit: create another subscription")));
        }
        Authentication resolved = auth == null ? null : auth.resolve(before, url, before.key(), seal, nowMillis);
        Subscription same = with(before, resolved, before.updatedAtMillis());
        return same.equals(before) ? before : with(before, resolved, nowMillis);
    }

    private Subscription with(Subscription before, @Nullable Authentication resolved, long updatedAtMillis) {
        String reason = state == before.state() ? before.stateReason() : reason();
        return fill(before.toBuilder())
                .auth(resolved)
                .state(state, reason)
                .updatedAtMillis(updatedAtMillis)
                .build();
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

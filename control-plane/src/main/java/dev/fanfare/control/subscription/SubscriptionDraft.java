package dev.fanfare.control.subscription;

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
 * @param id null where one is to be minted
 */
record SubscriptionDraft(
        @Nullable String id,
        URI url,
        List<String> eventTypes,
        Map<String, String> headers,
        String timeout,
        int maxInFlight,
        @Nullable RateLimit rateLimit,
        Retry retry,
        Format format,
        State state,
        @Nullable String description,
        Map<String, String> metadata) {

    /** A new subscription. */
    Subscription create(String tenant, String id, UUID generation, SealedSecret secret, long nowMillis) {
        return fill(Subscription.builder(tenant, id, generation, url))
                .state(state, state == State.DISABLED ? Disabling.BY_REQUEST : null)
                .secrets(List.of(secret))
                .createdAtMillis(nowMillis)
                .updatedAtMillis(nowMillis)
                .build();
    }

    /** The same subscription with what this draft says; it is {@code equal} to before where nothing changes. */
    Subscription update(Subscription before, long nowMillis) {
        Subscription same = with(before, before.updatedAtMillis());
        return same.equals(before) ? before : with(before, nowMillis);
    }

    private Subscription with(Subscription before, long updatedAtMillis) {
        String reason =
                state == before.state() ? before.stateReason() : state == State.DISABLED ? Disabling.BY_REQUEST : null;
        return fill(before.toBuilder())
                .state(state, reason)
                .updatedAtMillis(updatedAtMillis)
                .build();
    }

    private Subscription.Builder fill(Subscription.Builder builder) {
        return builder.url(url)
                .eventTypes(eventTypes)
                .headers(headers)
                .timeout(timeout)
                .maxInFlight(maxInFlight)
                .rateLimit(rateLimit)
                .retry(retry)
                .format(format)
                .description(description)
                .metadata(metadata);
    }

    /** The id; only for drafts that have one. */
    String requireId() {
        return Objects.requireNonNull(id);
    }
}

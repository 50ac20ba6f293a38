package dev.fanfare.control.subscription;

import dev.fanfare.contract.subscription.Subscription;
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
        Retry retry,
        State state,
        @Nullable String description,
        Map<String, String> metadata) {

    /** A new subscription. */
    Subscription create(String tenant, String id, UUID generation, SealedSecret secret, long nowMillis) {
        return new Subscription(
                id,
                tenant,
                generation,
                url,
                eventTypes,
                headers,
                timeout,
                maxInFlight,
                retry,
                state,
                state == State.DISABLED ? Disabling.BY_REQUEST : null,
                description,
                metadata,
                List.of(secret),
                nowMillis,
                nowMillis);
    }

    /** The same subscription with what this draft says; it is {@code equal} to before where nothing changes. */
    Subscription update(Subscription before, long nowMillis) {
        Subscription same = with(before, before.updatedAtMillis());
        return same.equals(before) ? before : with(before, nowMillis);
    }

    private Subscription with(Subscription before, long updatedAtMillis) {
        String reason =
                state == before.state() ? before.stateReason() : state == State.DISABLED ? Disabling.BY_REQUEST : null;
        return new Subscription(
                before.id(),
                before.tenant(),
                before.generation(),
                url,
                eventTypes,
                headers,
                timeout,
                maxInFlight,
                retry,
                state,
                reason,
                description,
                metadata,
                before.secrets(),
                before.createdAtMillis(),
                updatedAtMillis);
    }

    /** The id; only for drafts that have one. */
    String requireId() {
        return Objects.requireNonNull(id);
    }
}

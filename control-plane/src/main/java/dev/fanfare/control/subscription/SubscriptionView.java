package dev.fanfare.control.subscription;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import dev.fanfare.contract.Json;
import dev.fanfare.contract.subscription.Subscription;
import dev.fanfare.contract.subscription.Subscription.Format;
import dev.fanfare.contract.subscription.Subscription.RateLimit;
import dev.fanfare.contract.subscription.Subscription.Retry;
import dev.fanfare.contract.subscription.Subscription.State;
import dev.fanfare.contract.subscription.Verification;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A subscription as it is answered. Sealed secrets stay inside.
 *
 * @param oldSecretsUntil when the last of those before the newest stops signing, RFC 3339; null where that is over
 * @param createdAt       RFC 3339, UTC
 * @param secret          only in the answer that follows its making
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record SubscriptionView(
        String id,
        String tenant,
        String url,
        List<String> eventTypes,
        JsonNode filters,
        Map<String, String> headers,
        String timeout,
        int maxInFlight,
        @Nullable RateLimit rateLimit,
        Retry retry,
        @Nullable String disableFailingAfter,
        @Nullable AuthView auth,
        Signing signing,
        @Nullable String publicKey,
        @Nullable String oldSecretsUntil,
        Format format,
        State state,
        @Nullable String stateReason,
        Verifying.@Nullable Way verification,
        Verification.@Nullable Status verificationState,
        @Nullable String description,
        Map<String, String> metadata,
        String createdAt,
        String updatedAt,
        @Nullable String secret) {

    static SubscriptionView of(Subscription subscription, long nowMillis, @Nullable String secret) {
        Verification verification = subscription.verification();
        return new SubscriptionView(
                subscription.id(),
                subscription.tenant(),
                subscription.url().toString(),
                subscription.eventTypes(),
                Objects.requireNonNullElseGet(subscription.filters(), Json.TOPIC::createArrayNode),
                new TreeMap<>(subscription.headers()),
                subscription.timeout(),
                subscription.maxInFlight(),
                subscription.rateLimit(),
                subscription.retry(),
                subscription.disableFailingAfter(),
                AuthView.of(subscription.auth()),
                Signing.of(subscription),
                Signing.publicKey(subscription),
                Rotation.oldSecretsUntil(subscription, nowMillis),
                subscription.format(),
                subscription.state(),
                subscription.stateReason(),
                verification == null ? null : Verifying.Way.CHALLENGE,
                verification == null ? null : verification.status(),
                subscription.description(),
                new TreeMap<>(subscription.metadata()),
                Instant.ofEpochMilli(subscription.createdAtMillis()).toString(),
                Instant.ofEpochMilli(subscription.updatedAtMillis()).toString(),
                secret);
    }

    @Override
    public String toString() {
        return "SubscriptionView[" + tenant + "/" + id + "]";
    }
}

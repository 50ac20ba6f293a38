package dev.fanfare.control.subscription;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.fanfare.contract.signing.SigningKey;
import dev.fanfare.contract.signing.WebhookKeyPair;
import dev.fanfare.contract.signing.WebhookSecret;
import dev.fanfare.contract.subscription.Subscription;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The signature scheme of a subscription's webhooks (Standard Webhooks 1.0). Chosen at creation. */
enum Signing {
    /** HMAC-SHA256: the receiver holds the same secret. */
    @JsonProperty("v1")
    V1,
    /** Ed25519: the receiver holds the public key. */
    @JsonProperty("v1a")
    V1A;

    static Signing of(Subscription subscription) {
        return publicKey(subscription) == null ? V1 : V1A;
    }

    /** The newest; null where the scheme has none. */
    static @Nullable String publicKey(Subscription subscription) {
        return subscription.secrets().isEmpty()
                ? null
                : subscription.secrets().get(0).publicKey();
    }

    SigningKey mint(RandomGenerator random) {
        return switch (this) {
            case V1 -> WebhookSecret.mint(random);
            case V1A -> WebhookKeyPair.mint(random);
        };
    }
}

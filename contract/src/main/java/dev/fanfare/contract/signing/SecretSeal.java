package dev.fanfare.contract.signing;

import com.google.crypto.tink.Aead;
import dev.fanfare.contract.subscription.Subscription.SealedSecret;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;

/**
 * Seals signing secrets for the subscriptions topic, and opens them again: AEAD with the subscription's key
 * ({@code tenant/id}) as associated data, so that a sealed secret copied to another subscription doesn't open.
 */
public final class SecretSeal {
    private final Aead aead;

    /** With the installation's keyset. */
    public SecretSeal(Aead aead) {
        this.aead = aead;
    }

    /** Seals a secret for one subscription. */
    public SealedSecret seal(WebhookSecret secret, String subscriptionKey, long nowMillis) {
        try {
            byte[] sealed = aead.encrypt(secret.reveal().getBytes(StandardCharsets.UTF_8), associated(subscriptionKey));
            return new SealedSecret(Base64.getEncoder().encodeToString(sealed), nowMillis);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("sealing a secret of " + subscriptionKey + " failed", e);
        }
    }

    /**
     * Opens a sealed secret.
     *
     * @throws GeneralSecurityException where it was sealed with another keyset or for another subscription
     */
    public WebhookSecret open(SealedSecret sealed, String subscriptionKey) throws GeneralSecurityException {
        try {
            byte[] plain = aead.decrypt(Base64.getDecoder().decode(sealed.sealed()), associated(subscriptionKey));
            return WebhookSecret.parse(new String(plain, StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            throw new GeneralSecurityException("the sealed secret of " + subscriptionKey + " is damaged", e);
        }
    }

    private static byte[] associated(String subscriptionKey) {
        return ("subscription-secret:" + subscriptionKey).getBytes(StandardCharsets.UTF_8);
    }
}

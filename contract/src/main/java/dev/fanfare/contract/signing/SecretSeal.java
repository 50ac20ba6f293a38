package dev.fanfare.contract.signing;

import com.google.crypto.tink.Aead;
import dev.fanfare.contract.subscription.Subscription.SealedSecret;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;

/**
 * Seals secrets for the subscriptions topic, and opens them again: AEAD with the purpose and the subscription's key
 * ({@code tenant/id}) as associated data, so that a sealed secret copied to another subscription, or from a credential
 * to a signing secret, doesn't open.
 */
public final class SecretSeal {
    /** What a secret is for. */
    public enum Purpose {
        SIGNING("subscription-secret:"),
        CREDENTIAL("subscription-credential:"),
        /** Of no subscription: what a link into the console allows. */
        PORTAL_LINK("portal-link:"),
        /** Of no subscription: what the console keeps in its visitors' browsers. */
        CONSOLE_COOKIE("console-cookie:");

        private final String prefix;

        Purpose(String prefix) {
            this.prefix = prefix;
        }
    }

    private final Aead aead;

    /** With the installation's keyset. */
    public SecretSeal(Aead aead) {
        this.aead = aead;
    }

    /** Seals a signing key for one subscription; the public key of a pair stays readable beside it. */
    public SealedSecret seal(SigningKey key, String subscriptionKey, long nowMillis) {
        SealedSecret sealed = seal(key.reveal(), Purpose.SIGNING, subscriptionKey, nowMillis);
        return key instanceof WebhookKeyPair pair
                ? new SealedSecret(sealed.sealed(), nowMillis, pair.publicKey().text(), null)
                : sealed;
    }

    /** Seals any text for one subscription and purpose. */
    public SealedSecret seal(String secret, Purpose purpose, String subscriptionKey, long nowMillis) {
        try {
            byte[] sealed = aead.encrypt(secret.getBytes(StandardCharsets.UTF_8), associated(purpose, subscriptionKey));
            return new SealedSecret(Base64.getEncoder().encodeToString(sealed), nowMillis);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("sealing a secret of " + subscriptionKey + " failed", e);
        }
    }

    /**
     * Opens a sealed signing key.
     *
     * @throws GeneralSecurityException where it was sealed with another keyset, for another subscription or purpose
     */
    public SigningKey open(SealedSecret sealed, String subscriptionKey) throws GeneralSecurityException {
        String plain = open(sealed, Purpose.SIGNING, subscriptionKey);
        try {
            return SigningKey.parse(plain);
        } catch (IllegalArgumentException e) {
            throw new GeneralSecurityException("the sealed secret of " + subscriptionKey + " is damaged", e);
        }
    }

    /**
     * Opens sealed text.
     *
     * @throws GeneralSecurityException where it was sealed with another keyset, for another subscription or purpose
     */
    public String open(SealedSecret sealed, Purpose purpose, String subscriptionKey) throws GeneralSecurityException {
        try {
            byte[] plain =
                    aead.decrypt(Base64.getDecoder().decode(sealed.sealed()), associated(purpose, subscriptionKey));
            return new String(plain, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new GeneralSecurityException("the sealed secret of " + subscriptionKey + " is damaged", e);
        }
    }

    private static byte[] associated(Purpose purpose, String subscriptionKey) {
        return (purpose.prefix + subscriptionKey).getBytes(StandardCharsets.UTF_8);
    }
}

package dev.fanfare.contract.signing;

import java.util.Arrays;
import java.util.Base64;
import java.util.random.RandomGenerator;

/**
 * A symmetric signing secret: {@code whsec_} and Base64 of 24 to 64 bytes (Standard Webhooks, "Secret format"). It
 * never prints itself.
 */
public final class WebhookSecret implements SigningKey, VerifyingKey {
    private static final String PREFIX = "whsec_";
    private static final int MINTED_BYTES = 32;

    private final byte[] key;

    private WebhookSecret(byte[] key) {
        this.key = key;
    }

    /** Mints a secret of 32 bytes; the generator must be a secure one. */
    public static WebhookSecret mint(RandomGenerator random) {
        byte[] key = new byte[MINTED_BYTES];
        random.nextBytes(key);
        return new WebhookSecret(key);
    }

    /**
     * Reads {@code whsec_…}.
     *
     * @throws IllegalArgumentException in words that don't repeat the secret
     */
    public static WebhookSecret parse(String text) {
        if (!text.startsWith(PREFIX)) {
            throw new IllegalArgumentException("a signing secret starts with " + PREFIX);
        }
        byte[] key;
        try {
            key = Base64.getDecoder().decode(text.substring(PREFIX.length()));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("what follows " + PREFIX + " must be Base64");
        }
        if (key.length < 24 || key.length > 64) {
            throw new IllegalArgumentException("a signing secret holds 24 to 64 bytes, this one " + key.length);
        }
        return new WebhookSecret(key);
    }

    /** The text that a subscriber is shown once. */
    @Override
    public String reveal() {
        return PREFIX + Base64.getEncoder().encodeToString(key);
    }

    /** The key's bytes; the caller must not change or keep them. */
    byte[] key() {
        return key;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof WebhookSecret secret && Arrays.equals(key, secret.key);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(key);
    }

    @Override
    public String toString() {
        return PREFIX + "…";
    }
}

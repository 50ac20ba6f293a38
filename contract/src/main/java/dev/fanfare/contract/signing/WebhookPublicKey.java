package dev.fanfare.contract.signing;

import com.google.crypto.tink.subtle.Ed25519Verify;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Base64;

/**
 * The public half of a {@link WebhookKeyPair}: {@code whpk_} and Base64 of the 32 bytes of an Ed25519 key (Standard
 * Webhooks 1.0, "Signature scheme"; RFC 8032, section 5.1.5).
 */
public final class WebhookPublicKey implements VerifyingKey {
    static final String PREFIX = "whpk_";
    static final int BYTES = 32;

    private final byte[] key;

    WebhookPublicKey(byte[] key) {
        this.key = key;
    }

    /**
     * Reads {@code whpk_…}.
     *
     * @throws IllegalArgumentException in words
     */
    public static WebhookPublicKey parse(String text) {
        if (!text.startsWith(PREFIX)) {
            throw new IllegalArgumentException("a public key starts with " + PREFIX);
        }
        byte[] key;
        try {
            key = Base64.getDecoder().decode(text.substring(PREFIX.length()));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("what follows " + PREFIX + " must be Base64");
        }
        if (key.length != BYTES) {
            throw new IllegalArgumentException("a public key holds " + BYTES + " bytes, this one " + key.length);
        }
        return new WebhookPublicKey(key);
    }

    /** As receivers are given it. */
    public String text() {
        return PREFIX + Base64.getEncoder().encodeToString(key);
    }

    boolean verifies(byte[] signature, byte[] content) {
        try {
            new Ed25519Verify(key).verify(signature, content);
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof WebhookPublicKey that && Arrays.equals(key, that.key);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(key);
    }

    @Override
    public String toString() {
        return text();
    }
}

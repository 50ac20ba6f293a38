package dev.fanfare.contract.signing;

import com.google.crypto.tink.subtle.Ed25519Sign;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Base64;
import java.util.random.RandomGenerator;

/**
 * A key pair for asymmetric signatures ({@code v1a}): Ed25519 (RFC 8032). As text it is {@code whsk_} and Base64 of 64
 * bytes, the seed and the public key after it; 32 bytes, the seed alone, are read too, since Standard Webhooks leaves
 * open which. It never prints its seed.
 */
public final class WebhookKeyPair implements SigningKey {
    static final String PREFIX = "whsk_";
    private static final int SEED_BYTES = 32;

    private final byte[] seed;
    private final WebhookPublicKey publicKey;

    private WebhookKeyPair(byte[] seed) {
        try {
            this.seed = seed;
            this.publicKey = new WebhookPublicKey(
                    Ed25519Sign.KeyPair.newKeyPairFromSeed(seed).getPublicKey());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("any " + SEED_BYTES + " bytes are a seed", e);
        }
    }

    /** Mints a pair; the generator must be a secure one. */
    public static WebhookKeyPair mint(RandomGenerator random) {
        byte[] seed = new byte[SEED_BYTES];
        random.nextBytes(seed);
        return new WebhookKeyPair(seed);
    }

    /**
     * Reads {@code whsk_…}.
     *
     * @throws IllegalArgumentException in words that don't repeat the key
     */
    public static WebhookKeyPair parse(String text) {
        if (!text.startsWith(PREFIX)) {
            throw new IllegalArgumentException("a private key starts with " + PREFIX);
        }
        byte[] key;
        try {
            key = Base64.getDecoder().decode(text.substring(PREFIX.length()));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("what follows " + PREFIX + " must be Base64");
        }
        if (key.length != SEED_BYTES && key.length != SEED_BYTES + WebhookPublicKey.BYTES) {
            throw new IllegalArgumentException("a private key holds 32 or 64 bytes, this one " + key.length);
        }
        WebhookKeyPair pair = new WebhookKeyPair(Arrays.copyOf(key, SEED_BYTES));
        if (key.length > SEED_BYTES && !Arrays.equals(key, pair.bytes())) {
            throw new IllegalArgumentException("the two halves of the key don't belong together");
        }
        return pair;
    }

    @Override
    public String reveal() {
        return PREFIX + Base64.getEncoder().encodeToString(bytes());
    }

    /** What receivers are given. */
    public WebhookPublicKey publicKey() {
        return publicKey;
    }

    Ed25519Sign signer() throws GeneralSecurityException {
        return new Ed25519Sign(seed);
    }

    private byte[] bytes() {
        byte[] publicBytes = Base64.getDecoder().decode(publicKey.text().substring(WebhookPublicKey.PREFIX.length()));
        byte[] all = Arrays.copyOf(seed, SEED_BYTES + publicBytes.length);
        System.arraycopy(publicBytes, 0, all, SEED_BYTES, publicBytes.length);
        return all;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof WebhookKeyPair that && Arrays.equals(seed, that.seed);
    }

    @Override
    public int hashCode() {
        return publicKey.hashCode();
    }

    @Override
    public String toString() {
        return "WebhookKeyPair[" + publicKey + "]";
    }
}

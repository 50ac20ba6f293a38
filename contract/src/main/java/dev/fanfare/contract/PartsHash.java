package dev.fanfare.contract;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * SHA-256 over a list of parts. Each text goes in with its length before it, so that no two different lists of parts hash
 * alike. Confined to one thread, used once.
 */
public final class PartsHash {
    private final MessageDigest digest;

    /** Of no parts yet. */
    public PartsHash() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** Adds a text. */
    public PartsHash text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).flip());
        digest.update(bytes);
        return this;
    }

    /** The hash, 32 bytes. */
    public byte[] bytes() {
        return digest.digest();
    }
}

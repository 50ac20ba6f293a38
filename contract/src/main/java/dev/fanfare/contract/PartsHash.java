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
    /** Of nothing, and stays so: to copy it is cheaper than to ask Java's providers for another. */
    private static final MessageDigest EMPTY = newSha256();

    private final MessageDigest digest = sha256();

    /** Adds a text. */
    public PartsHash text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        number(bytes.length);
        digest.update(bytes);
        return this;
    }

    /** Adds a number, 4 bytes. */
    public PartsHash number(int number) {
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(number).flip());
        return this;
    }

    /** Adds a number, 8 bytes. */
    public PartsHash number(long number) {
        digest.update(ByteBuffer.allocate(Long.BYTES).putLong(number).flip());
        return this;
    }

    /** The hash, 32 bytes. */
    public byte[] bytes() {
        return digest.digest();
    }

    /** Of nothing yet: for whoever puts the parts together before. */
    public static MessageDigest sha256() {
        try {
            return (MessageDigest) EMPTY.clone();
        } catch (CloneNotSupportedException e) {
            return newSha256(); // a provider needn't be able to
        }
    }

    private static MessageDigest newSha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}

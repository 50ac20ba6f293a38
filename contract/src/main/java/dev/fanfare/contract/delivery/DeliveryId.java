package dev.fanfare.contract.delivery;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.UUID;

/**
 * The id of a delivery, sent as {@code webhook-id}: a hash of what makes the delivery what it is, so that a duplicate
 * anywhere upstream carries the same id downstream and a receiver can drop it.
 *
 * <p>{@code dlv_} and 26 characters: the first 130 bits of SHA-256 in lower-case Base32 (RFC 4648 alphabet), which sits
 * in URLs, file names and the signed content of Standard Webhooks (no dots) as it is.
 */
public final class DeliveryId {
    private static final String PREFIX = "dlv_";
    private static final byte[] BASE32 = "abcdefghijklmnopqrstuvwxyz234567".getBytes(StandardCharsets.US_ASCII);
    private static final int LENGTH = 26;

    private DeliveryId() {}

    /** The delivery of one event to one subscription (one generation of it). */
    public static String of(
            String tenant, String eventSource, String eventId, String subscriptionId, UUID subscriptionGeneration) {
        MessageDigest digest = sha256();
        part(digest, tenant);
        part(digest, eventSource);
        part(digest, eventId);
        part(digest, subscriptionId);
        digest.update(ByteBuffer.allocate(16)
                .putLong(subscriptionGeneration.getMostSignificantBits())
                .putLong(subscriptionGeneration.getLeastSignificantBits())
                .flip());
        return new String(text(digest.digest()), StandardCharsets.US_ASCII);
    }

    /** The id under which an undecodable record stands among the dead letters: a hash of where it came from. */
    public static String ofOrigin(String topic, int partition, long offset) {
        MessageDigest digest = sha256();
        part(digest, topic);
        digest.update(ByteBuffer.allocate(12).putInt(partition).putLong(offset).flip());
        return "raw_" + new String(base32(digest.digest(), 0), StandardCharsets.US_ASCII);
    }

    /** Each part goes in with its length before it, so that no two different lists of parts hash alike. */
    private static void part(MessageDigest digest, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        digest.update(ByteBuffer.allocate(4).putInt(bytes.length).flip());
        digest.update(bytes);
    }

    /** A delivery's id, as UTF-8. */
    static byte[] text(byte[] hash) {
        byte[] text = base32(hash, PREFIX.length());
        for (int i = 0; i < PREFIX.length(); i++) {
            text[i] = (byte) PREFIX.charAt(i);
        }
        return text;
    }

    private static byte[] base32(byte[] hash, int room) {
        byte[] text = new byte[room + LENGTH];
        int buffer = 0;
        int bits = 0;
        int next = 0;
        for (int i = room; i < text.length; i++) {
            if (bits < 5) {
                buffer = (buffer << 8) | (hash[next++] & 0xFF);
                bits += 8;
            }
            bits -= 5;
            text[i] = BASE32[(buffer >>> bits) & 31];
            buffer &= (1 << bits) - 1;
        }
        return text;
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}

package dev.fanfare.contract.delivery;

import dev.fanfare.contract.PartsHash;
import java.nio.charset.StandardCharsets;
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
        byte[] id = new DeliveryIds()
                .of(tenant, eventSource, eventId)
                .of(subscriptionId.getBytes(StandardCharsets.UTF_8), 0, subscriptionGeneration);
        return new String(id, StandardCharsets.US_ASCII);
    }

    /** The id under which an undecodable record stands among the dead letters: a hash of where it came from. */
    public static String ofOrigin(String topic, int partition, long offset) {
        byte[] hash =
                new PartsHash().text(topic).number(partition).number(offset).bytes();
        return "raw_" + new String(base32(hash, 0), StandardCharsets.US_ASCII);
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
}

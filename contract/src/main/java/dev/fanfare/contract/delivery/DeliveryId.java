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
    /** 40 bits: as many bytes are as many characters, and nothing is left. */
    private static final int GROUP_BYTES = 5;

    private static final int GROUP_CHARS = 8;

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
        int from = 0;
        int to = room;
        for (; to + GROUP_CHARS <= text.length; to += GROUP_CHARS, from += GROUP_BYTES) {
            long bits = hash[from] & 0xFF;
            for (int i = 1; i < GROUP_BYTES; i++) {
                bits = bits << 8 | hash[from + i] & 0xFF;
            }
            for (int i = GROUP_CHARS - 1; i >= 0; i--) {
                text[to + i] = BASE32[(int) bits & 31];
                bits >>>= 5;
            }
        }
        int rest = (hash[from] & 0xFF) << 8 | hash[from + 1] & 0xFF;
        text[to] = BASE32[rest >>> 11];
        text[to + 1] = BASE32[rest >>> 6 & 31];
        return text;
    }
}

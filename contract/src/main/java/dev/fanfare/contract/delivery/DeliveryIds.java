package dev.fanfare.contract.delivery;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.fanfare.contract.PartsHash;
import java.nio.ByteBuffer;
import java.security.DigestException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.UUID;

/**
 * The ids of all deliveries of one event: what the event gives is put together once. {@link DeliveryId#of} makes a single one
 * here too. Confined to one thread.
 */
public final class DeliveryIds {
    private final MessageDigest digest = PartsHash.sha256();
    private final byte[] hash = new byte[digest.getDigestLength()];
    private final int eventLength;
    /** What is hashed: the event's parts stay, the subscription's go behind them. */
    private byte[] parts;

    /** For one event. */
    public DeliveryIds(String tenant, String eventSource, String eventId) {
        byte[][] texts = {tenant.getBytes(UTF_8), eventSource.getBytes(UTF_8), eventId.getBytes(UTF_8)};
        int length = 0;
        for (byte[] text : texts) {
            length += Integer.BYTES + text.length;
        }
        eventLength = length;
        parts = new byte[length + 128];
        ByteBuffer buffer = ByteBuffer.wrap(parts);
        for (byte[] text : texts) {
            buffer.putInt(text.length).put(text);
        }
    }

    /**
     * The id of the delivery to one subscription, as UTF-8.
     *
     * @param subscriptionId holds its id as UTF-8
     * @param from           where it begins therein; it goes to the end
     */
    public byte[] of(byte[] subscriptionId, int from, UUID generation) {
        int idLength = subscriptionId.length - from;
        int length = eventLength + Integer.BYTES + idLength + 2 * Long.BYTES;
        if (parts.length < length) {
            parts = Arrays.copyOf(parts, length);
        }
        ByteBuffer.wrap(parts, eventLength, length - eventLength)
                .putInt(idLength)
                .put(subscriptionId, from, idLength)
                .putLong(generation.getMostSignificantBits())
                .putLong(generation.getLeastSignificantBits());
        digest.update(parts, 0, length);
        try {
            digest.digest(hash, 0, hash.length);
        } catch (DigestException e) {
            throw new IllegalStateException("the hash has room for itself", e);
        }
        return DeliveryId.text(hash);
    }
}

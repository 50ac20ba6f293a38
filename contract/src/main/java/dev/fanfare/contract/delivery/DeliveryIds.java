package dev.fanfare.contract.delivery;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.fanfare.contract.PartsHash;
import java.nio.ByteBuffer;
import java.security.DigestException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.UUID;

/**
 * The ids of all deliveries of one event after another: what an event gives is put together once. {@link DeliveryId#of}
 * makes a single one here too. Confined to one thread.
 */
public final class DeliveryIds {
    private final MessageDigest digest = PartsHash.sha256();
    private final byte[] hash = new byte[digest.getDigestLength()];
    /** What is hashed: the event's parts stay, the subscription's go behind them. */
    private byte[] parts = new byte[256];

    private int eventLength;

    /** From now on they are the ids of this event's deliveries. */
    public DeliveryIds of(String tenant, String eventSource, String eventId) {
        eventLength = 0;
        append(tenant);
        append(eventSource);
        append(eventId);
        return this;
    }

    private void append(String text) {
        byte[] bytes = text.getBytes(UTF_8);
        room(eventLength + Integer.BYTES + bytes.length);
        ByteBuffer.wrap(parts).position(eventLength).putInt(bytes.length).put(bytes);
        eventLength += Integer.BYTES + bytes.length;
    }

    private void room(int length) {
        if (parts.length < length) {
            parts = Arrays.copyOf(parts, 2 * length);
        }
    }

    /** A hash of the event itself, 32 bytes: two of the same tenant, source and id have the same. */
    public byte[] ofEvent() {
        digest.update(parts, 0, eventLength);
        return digest.digest();
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
        room(length);
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

package dev.fanfare.control.attempt;

import java.nio.ByteBuffer;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** Where an attempt stands: among those of its list the newest comes first. */
record Place(long startedAtMillis, int partition, long offset) {
    static final int BYTES = Long.BYTES + Integer.BYTES + Long.BYTES;

    /** Sorts by bytes as the list does. */
    void write(ByteBuffer key) {
        key.putLong(Long.MAX_VALUE - startedAtMillis).putInt(partition).putLong(offset);
    }

    static Place read(ByteBuffer key) {
        return new Place(Long.MAX_VALUE - key.getLong(), key.getInt(), key.getLong());
    }

    /** As a cursor. */
    String text() {
        ByteBuffer bytes = ByteBuffer.allocate(BYTES);
        write(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.array());
    }

    /** Reads {@link #text}; null where it is something else. */
    static @Nullable Place parse(String text) {
        try {
            byte[] bytes = Base64.getUrlDecoder().decode(text);
            return bytes.length == BYTES ? read(ByteBuffer.wrap(bytes)) : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}

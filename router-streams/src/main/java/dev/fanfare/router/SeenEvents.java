package dev.fanfare.router;

import dev.fanfare.contract.PartsHash;
import dev.fanfare.contract.event.Event;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.WindowStore;
import org.jspecify.annotations.Nullable;

/**
 * Which events were routed within the window, so that one that comes again is dropped.
 *
 * <pre>
 * key    fingerprint of (tenant, source, id), 16 bytes  +  the bucket: its time, rounded down to whole windows
 * value  offset of the first, 8 bytes                   +  its time, 8 bytes
 * </pre>
 *
 * Who is asked at a time looks into that time's bucket and the one before: two look-ups, no walk. What is older is
 * dropped in whole files, so that the store never holds more than two windows.
 *
 * <p>A partition of events has a store of its own (so its number need not be in the value), and only <i>another</i> offset
 * is a duplicate: the store may be ahead of what is committed, and a crash must not make an event a duplicate of itself.
 *
 * <p>Confined to its stream thread.
 */
final class SeenEvents {
    private static final int FINGERPRINT_BYTES = 16;
    private static final int VALUE_BYTES = 2 * Long.BYTES;

    private final WindowStore<Bytes, byte[]> store;
    private final long windowMillis;

    SeenEvents(WindowStore<Bytes, byte[]> store, Duration window) {
        this.store = store;
        this.windowMillis = window.toMillis();
    }

    /** What stands for an event: two of the same tenant, source and id are the same. */
    static Bytes fingerprint(String tenant, Event event) {
        PartsHash hash = new PartsHash().text(tenant).text(event.source()).text(event.id());
        return Bytes.wrap(Arrays.copyOf(hash.bytes(), FINGERPRINT_BYTES));
    }

    /** Whether another record with the same tenant, source and id was routed at most a window before. */
    boolean isDuplicate(Bytes event, long offset, long atMillis) {
        long bucket = bucket(atMillis);
        return isOther(store.fetch(event, bucket), offset, atMillis)
                || isOther(store.fetch(event, bucket - windowMillis), offset, atMillis);
    }

    private boolean isOther(byte @Nullable [] first, long offset, long atMillis) {
        if (first == null) {
            return false;
        }
        ByteBuffer value = ByteBuffer.wrap(first);
        return value.getLong() != offset && atMillis - value.getLong() < windowMillis;
    }

    /** Takes note that an event was routed. */
    void remember(Bytes event, long offset, long atMillis) {
        byte[] value = ByteBuffer.allocate(VALUE_BYTES)
                .putLong(offset)
                .putLong(atMillis)
                .array();
        store.put(event, value, bucket(atMillis));
    }

    private long bucket(long atMillis) {
        return Math.floorDiv(atMillis, windowMillis) * windowMillis;
    }
}

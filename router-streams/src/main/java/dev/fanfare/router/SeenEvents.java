package dev.fanfare.router;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.kstream.Windowed;
import org.apache.kafka.streams.state.KeyValueIterator;
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
 * <p>Nearly every event is a new one, and a store on disk takes its time to say so. So {@link Fingerprints} of both
 * buckets are kept in memory, and the store is asked only where these may hold the event. What was in the store at the
 * start is gathered beside the work ({@link #recall}); until then the store is asked each time.
 *
 * <p>A partition of events has a store of its own (so its number need not be in the value), and only <i>another</i> offset
 * is a duplicate: the store may be ahead of what is committed, and a crash must not make an event a duplicate of itself.
 *
 * <p>Confined to its stream thread.
 */
final class SeenEvents implements AutoCloseable {
    private static final int FINGERPRINT_BYTES = 16;
    private static final int VALUE_BYTES = 2 * Long.BYTES;

    private final WindowStore<Bytes, byte[]> store;
    private final long windowMillis;
    private final StoreMemory memory;
    private @Nullable KeyValueIterator<Windowed<Bytes>, byte[]> recalled;
    private boolean allRecalled;
    /** The latest bucket that anything was put into. */
    private long latest;

    private Fingerprints inLatest;
    private Fingerprints inFormer;

    SeenEvents(WindowStore<Bytes, byte[]> store, Duration window, StoreMemory memory) {
        this.store = store;
        this.windowMillis = window.toMillis();
        this.memory = memory;
        this.recalled = store.all();
        this.latest = Long.MIN_VALUE + windowMillis;
        this.inLatest = new Fingerprints(memory);
        this.inFormer = new Fingerprints(memory);
    }

    /** What stands for an event: two of the same tenant, source and id are the same. */
    static Bytes fingerprint(byte[] eventHash) {
        return Bytes.wrap(Arrays.copyOf(eventHash, FINGERPRINT_BYTES));
    }

    /**
     * Gathers some more of what was in the store at the start.
     *
     * @return whether that was the rest
     */
    boolean recall(int most) {
        for (int i = 0; i < most && recalled != null; i++) {
            if (recalled.hasNext()) {
                KeyValue<Windowed<Bytes>, byte[]> row = recalled.next();
                long bucket = row.key.window().start();
                // under another window, buckets began at other times: nobody looks into those
                if (bucket == bucket(bucket)) {
                    note(row.key.key(), bucket);
                }
            } else {
                recalled.close();
                recalled = null;
                allRecalled = true;
            }
        }
        return recalled == null;
    }

    /** Whether another record with the same tenant, source and id was routed at most a window before. */
    boolean isDuplicate(Bytes event, long offset, long atMillis) {
        long bucket = bucket(atMillis);
        return isOther(first(event, bucket), offset, atMillis)
                || isOther(first(event, bucket - windowMillis), offset, atMillis);
    }

    private byte @Nullable [] first(Bytes event, long bucket) {
        return mayBeIn(event, bucket) ? store.fetch(event, bucket) : null;
    }

    private boolean mayBeIn(Bytes event, long bucket) {
        if (!allRecalled || bucket < latest - windowMillis) {
            return true;
        }
        if (bucket > latest) {
            return false;
        }
        return (bucket == latest ? inLatest : inFormer).mayContain(event.get());
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
        long bucket = bucket(atMillis);
        store.put(event, value, bucket);
        note(event, bucket);
    }

    private void note(Bytes event, long bucket) {
        if (bucket > latest) {
            turnTo(bucket);
        }
        if (bucket == latest) {
            inLatest.add(event.get());
        } else if (bucket == latest - windowMillis) {
            inFormer.add(event.get());
        }
    }

    private void turnTo(long bucket) {
        inFormer.release();
        if (bucket - windowMillis == latest) {
            inFormer = inLatest;
        } else {
            inLatest.release();
            inFormer = new Fingerprints(memory);
        }
        inLatest = new Fingerprints(memory);
        latest = bucket;
    }

    private long bucket(long atMillis) {
        return Math.floorDiv(atMillis, windowMillis) * windowMillis;
    }

    @Override
    public void close() {
        if (recalled != null) {
            recalled.close();
            recalled = null;
        }
        inFormer.release();
        inLatest.release();
    }
}

package dev.fanfare.ingest;

import java.util.concurrent.atomic.AtomicLong;

/** A bound on bytes that are held at once. Thread-safe. */
final class Room {
    private final long bytes;
    private final AtomicLong taken = new AtomicLong();

    Room(long bytes) {
        this.bytes = bytes;
    }

    /** Takes so many, all or none. */
    boolean take(long wanted) {
        if (taken.addAndGet(wanted) > bytes) {
            taken.addAndGet(-wanted);
            return false;
        }
        return true;
    }

    void giveBack(long some) {
        taken.addAndGet(-some);
    }

    long taken() {
        return taken.get();
    }
}

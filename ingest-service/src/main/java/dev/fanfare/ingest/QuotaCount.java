package dev.fanfare.ingest;

import java.util.concurrent.atomic.AtomicLong;

/** How many events of a period were taken. Never more than may be, whoever takes at once. Thread-safe. */
final class QuotaCount {
    private final long endMillis;
    private final AtomicLong taken = new AtomicLong();

    /** With nothing taken of the period that ends then. */
    QuotaCount(long endMillis) {
        this.endMillis = endMillis;
    }

    long endMillis() {
        return endMillis;
    }

    /** Takes so many, all or none. */
    boolean take(int events, long most) {
        while (true) {
            long before = taken.get();
            if (before + events > most) {
                return false;
            }
            if (taken.compareAndSet(before, before + events)) {
                return true;
            }
        }
    }

    void giveBack(int events) {
        taken.addAndGet(-events);
    }

    long left(long most) {
        return Math.max(0, most - taken.get());
    }
}

package dev.fanfare.retry.dead;

/** Adds up how far a run has read, over partitions and passes, for its listener. Confined to the run's thread. */
final class Scanned {
    private final long total;
    private final RunListener listener;
    private long offsets;

    /**
     * Counts towards a total.
     *
     * @param total offsets; what comes meanwhile isn't counted
     */
    Scanned(long total, RunListener listener) {
        this.total = total;
        this.listener = listener;
    }

    /** Some more was read. */
    void more(long read) {
        offsets = Math.min(total, offsets + read);
        listener.scanned(offsets, total);
    }

    /** All was read, or need not be. */
    void done() {
        more(total);
    }
}

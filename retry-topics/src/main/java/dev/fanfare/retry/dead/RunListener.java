package dev.fanfare.retry.dead;

/** Told how a run gets on, on the thread that runs it. */
public interface RunListener {
    /** For whom it doesn't matter. */
    RunListener SILENT = new RunListener() {};

    /**
     * Some of the topic was read.
     *
     * @param offsets so far, of {@code total}; a topic is read twice
     */
    default void scanned(long offsets, long total) {}

    /** A transaction was committed. */
    default void committed(Outcome soFar) {}
}

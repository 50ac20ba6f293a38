package dev.fanfare.retry.dead;

import org.apache.kafka.common.errors.InterruptException;

/**
 * Told how a run gets on, on the thread that runs it and never inside a transaction: whatever a method throws breaks the
 * run off, and what was committed stands.
 */
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

    /** The next batch has to wait, for the rate's sake: returns when the time is over. */
    default void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }
}

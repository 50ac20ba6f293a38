package dev.fanfare.retry.dead;

/**
 * Another replay or discard began while this one ran. What this one committed stands; the other goes on from there, and
 * nothing is replayed twice.
 */
public final class RunTakenOver extends RuntimeException {
    RunTakenOver(int partition, Throwable cause) {
        super(
                "another replay or discard took over at partition " + partition
                        + " of the dead letters; what this run did stands. Run it again when the other has ended",
                cause);
    }
}

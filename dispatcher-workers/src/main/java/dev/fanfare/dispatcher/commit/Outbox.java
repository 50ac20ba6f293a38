package dev.fanfare.dispatcher.commit;

import dev.fanfare.dispatcher.outcome.Outcome;
import java.time.Duration;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Outcomes on their way from the threads that make them to the poll thread, and the bytes of all that are not committed
 * yet. Any thread adds; the poll thread takes.
 */
public final class Outbox {
    private final LinkedTransferQueue<Outcome> queue = new LinkedTransferQueue<>();
    private final AtomicLong bytes = new AtomicLong();

    /** Any thread. */
    public void add(Outcome outcome) {
        bytes.addAndGet(outcome.bytes());
        queue.add(outcome);
    }

    /** The next, or null if there is none. */
    public @Nullable Outcome poll() {
        return queue.poll();
    }

    /** The next, or null if none comes in time. */
    public @Nullable Outcome poll(Duration patience) throws InterruptedException {
        return queue.poll(patience.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** It was committed or dropped: nobody holds its bytes any more. */
    void forget(Outcome outcome) {
        bytes.addAndGet(-outcome.bytes());
    }

    /** Of all outcomes that were added and not forgotten. Any thread. */
    public long bytes() {
        return bytes.get();
    }
}

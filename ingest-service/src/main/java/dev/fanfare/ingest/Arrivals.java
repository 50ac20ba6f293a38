package dev.fanfare.ingest;

import io.vertx.core.Context;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What other threads have for one event loop: many are brought to it at once.
 *
 * <pre>
 * Kafka's thread: acknowledged, acknowledged, acknowledged │ event loop: answer, answer, answer
 * </pre>
 *
 * <p>Thread-safe.
 */
final class Arrivals {
    private final Queue<Runnable> left = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean announced = new AtomicBoolean();

    /**
     * Does it on the event loop, in the order of the calls. What it throws, the event loop's own handler gets; those behind it
     * are done all the same.
     *
     * @param loop the one that all of these are for
     */
    void add(Context loop, Runnable action) {
        left.add(action);
        announce(loop);
    }

    private void announce(Context loop) {
        if (announced.compareAndSet(false, true)) {
            loop.runOnContext(come -> take(loop));
        }
    }

    private void take(Context loop) {
        // first: what is added from here on is announced again
        announced.set(false);
        try {
            for (Runnable action = left.poll(); action != null; action = left.poll()) {
                action.run();
            }
        } finally {
            if (!left.isEmpty()) {
                announce(loop);
            }
        }
    }
}

package dev.fanfare.ingest;

import io.vertx.core.Context;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Consumer;

/**
 * Puts something off to the end of an event loop's turn: when all that it found to be read has been read.
 *
 * <pre>
 * turn: read, check │ read, check │ … │ all of them: send
 * </pre>
 *
 * <p>So what many connections bring goes to Kafka in few and full batches. At rest a turn has one request, and nothing
 * waits. Thread-safe; what is put off on one event loop is done on that.
 */
final class EndOfTurn {
    private final ThreadLocal<Turn> ofLoop = ThreadLocal.withInitial(Turn::new);

    /** Confined to its event loop. */
    private static final class Turn {
        final Queue<Runnable> left = new ArrayDeque<>();
        boolean endIsDue;
    }

    /**
     * Does it at the end of this turn, in the order of the calls.
     *
     * @param loop   of the thread that calls
     * @param failed gets what the action throws; those after it are done all the same
     */
    void call(Context loop, Runnable action, Consumer<RuntimeException> failed) {
        Turn turn = ofLoop.get();
        turn.left.add(() -> {
            try {
                action.run();
            } catch (RuntimeException e) {
                failed.accept(e);
            }
        });
        if (!turn.endIsDue) {
            turn.endIsDue = true;
            loop.runOnContext(ended -> end(turn));
        }
    }

    private static void end(Turn turn) {
        turn.endIsDue = false;
        for (Runnable action = turn.left.poll(); action != null; action = turn.left.poll()) {
            action.run();
        }
    }
}

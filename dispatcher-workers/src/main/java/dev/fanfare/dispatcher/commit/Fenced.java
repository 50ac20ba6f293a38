package dev.fanfare.dispatcher.commit;

import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;

/** Another process uses this one's transactional id, so this one's outcomes no longer count. */
public final class Fenced extends RuntimeException {
    Fenced(RuntimeException cause) {
        super("another process took over this dispatcher's transactional id", cause);
    }

    /** Whether a failure says so. A broker that ends a transaction for its age says the same. */
    static boolean isCauseOf(RuntimeException failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof ProducerFencedException || cause instanceof InvalidProducerEpochException) {
                return true;
            }
        }
        return false;
    }
}

package dev.fanfare.broker;

import org.jspecify.annotations.Nullable;

/**
 * The broker could not start. The message is one plain sentence, fit to be shown to whoever started it: it names the
 * culprit (a port, a folder, a setting) and the way out. The cause is for the log.
 */
public final class BrokerStartException extends RuntimeException {

    BrokerStartException(String message) {
        super(message);
    }

    BrokerStartException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}

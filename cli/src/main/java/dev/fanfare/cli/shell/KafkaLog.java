package dev.fanfare.cli.shell;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.slf4j.LoggerFactory;

/** How loud Kafka is. */
public final class KafkaLog {
    private KafkaLog() {}

    /**
     * Lets only its errors through: for commands that end soon and say themselves what failed, and for the embedded
     * broker, which warns of everything that is usual on one node.
     */
    public static void onlyErrors() {
        for (String name : new String[] {"org.apache.kafka", "kafka", "state.change.logger"}) {
            if (LoggerFactory.getLogger(name) instanceof Logger logger) {
                logger.setLevel(Level.ERROR);
            }
        }
    }
}

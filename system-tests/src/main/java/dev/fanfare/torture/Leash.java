package dev.fanfare.torture;

import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ends this process when the one that started it is gone, however it went: then nobody holds our standard input. */
final class Leash {
    private static final Logger LOG = LoggerFactory.getLogger(Leash.class);

    private Leash() {}

    static void attach() {
        Thread thread = new Thread(Leash::untilNobodyHoldsIt, "leash");
        thread.setDaemon(true);
        thread.start();
    }

    private static void untilNobodyHoldsIt() {
        try {
            while (System.in.read() >= 0) {
                // nothing is ever said
            }
        } catch (IOException e) {
            LOG.debug("standard input is gone", e);
        }
        Runtime.getRuntime().halt(3);
    }
}

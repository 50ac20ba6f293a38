package dev.fanfare.torture;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ends this process when the one that started it is gone, however it went: then nobody holds our standard input. */
final class Leash {
    private static final Logger LOG = LoggerFactory.getLogger(Leash.class);

    private Leash() {}

    static void attach() {
        attach(word -> {});
    }

    /**
     * Ends this process too, and hands on what whoever started it says meanwhile.
     *
     * @param heard is told each line
     */
    static void attach(Consumer<String> heard) {
        Thread thread = new Thread(() -> untilNobodyHoldsIt(heard), "leash");
        thread.setDaemon(true);
        thread.start();
    }

    private static void untilNobodyHoldsIt(Consumer<String> heard) {
        try {
            BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                heard.accept(line);
            }
        } catch (IOException e) {
            LOG.debug("standard input is gone", e);
        }
        Runtime.getRuntime().halt(3);
    }
}

package dev.fanfare.torture;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commits one fault after the other on one side until the time is up. What it does, to whom and for how long depends on
 * the seed alone: all kinds come in an order of chance, and again in another. A thread of its own.
 */
final class Troublemaker {
    /** Breaks something, mends it after a time, and says whom it struck. */
    @FunctionalInterface
    interface Striker {
        String strike(FaultKind kind, Random random, Duration hold);
    }

    private static final Logger LOG = LoggerFactory.getLogger(Troublemaker.class);

    private final List<FaultKind> kinds;
    private final Striker striker;
    private final FaultLog log;
    private final Random random;
    private final Duration longestHold;
    private final Duration longestRest;
    private final Thread thread;
    private volatile @Nullable RuntimeException failure;
    private volatile long deadlineNanos;

    /**
     * Nothing is broken yet.
     *
     * @param kinds        one at least
     * @param longestHold  no fault lasts longer, whatever its kind allows
     * @param longestRest  between two faults
     */
    Troublemaker(
            String name,
            List<FaultKind> kinds,
            Striker striker,
            FaultLog log,
            long seed,
            Duration longestHold,
            Duration longestRest) {
        if (kinds.isEmpty()) {
            throw new IllegalArgumentException(name + " has nothing to break");
        }
        this.kinds = List.copyOf(kinds);
        this.striker = striker;
        this.log = log;
        this.random = new Random(seed * 31 + name.hashCode());
        this.longestHold = longestHold;
        this.longestRest = longestRest;
        this.thread = new Thread(this::run, "trouble-" + name);
    }

    void start(Duration duration) {
        deadlineNanos = System.nanoTime() + duration.toNanos();
        thread.start();
    }

    private void run() {
        try {
            List<FaultKind> deck = new ArrayList<>();
            // one at least, however late this thread gets its turn
            do {
                if (deck.isEmpty()) {
                    deck.addAll(kinds);
                    Collections.shuffle(deck, random);
                }
                commit(deck.remove(deck.size() - 1));
                Waiting.rest(Duration.ofMillis(random.nextLong(longestRest.toMillis() + 1)));
            } while (System.nanoTime() < deadlineNanos);
        } catch (RuntimeException e) {
            failure = e;
            LOG.error("a fault could not be made", e);
        }
    }

    private void commit(FaultKind kind) {
        Random own = new Random(random.nextLong());
        long longest = Math.min(longestHold.toMillis(), kind.longestSeconds() * 1_000L);
        Duration hold = Duration.ofMillis(own.nextLong(longest / 10, longest + 1));
        long fromMillis = System.currentTimeMillis();
        LOG.info("fault kind={} holdMs={}", kind.text(), hold.toMillis());
        String struck = striker.strike(kind, own, hold);
        log.add(new FaultLog.Entry(kind, struck, fromMillis, System.currentTimeMillis()));
        LOG.info("fault over kind={} struck={}", kind.text(), struck);
    }

    /** Waits for its end. */
    void join() throws InterruptedException {
        thread.join();
        RuntimeException failed = failure;
        if (failed != null) {
            throw failed;
        }
    }
}

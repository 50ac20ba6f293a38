package dev.fanfare.benchmarks.pipeline;

import dev.fanfare.benchmarks.run.Figure;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;

/** Tells people how far it is: a line that is written over on a terminal, one line a scenario elsewhere. One thread's. */
final class Progress {
    private static final long EVERY_NANOS = 500_000_000;
    private static final int COLUMNS = 78;

    private final PrintWriter out;
    private final boolean terminal;
    private final Duration each;
    private final int scenarios;
    private int number;
    private String running = "";
    private long toldNanos = System.nanoTime();

    /**
     * Tells nothing yet.
     *
     * @param each     how long a scenario takes that takes a time
     * @param scenarios how many there are
     */
    Progress(PrintWriter out, boolean terminal, Duration each, int scenarios) {
        this.out = out;
        this.terminal = terminal;
        this.each = each;
        this.scenarios = scenarios;
    }

    void begin(String scenario) {
        running = String.format(Locale.ROOT, "[%d/%d] %s", ++number, scenarios, scenario);
        over(running);
    }

    void at(Duration passed, long done) {
        if (isTime()) {
            over(String.format(
                    Locale.ROOT, "%s: %d of %d s, %,d", running, passed.toSeconds(), each.toSeconds(), done));
        }
    }

    void at(long done, long wanted) {
        if (isTime()) {
            over(String.format(Locale.ROOT, "%s: %,d of %,d", running, done, wanted));
        }
    }

    void note(String what) {
        over(running + ": " + what);
    }

    void end(String scenario, Map<Figure, Double> figures) {
        over("");
        line(String.format(
                Locale.ROOT,
                "[%d/%d] %s: %s/s",
                number,
                scenarios,
                scenario,
                Figure.PER_SECOND.text(figures.getOrDefault(Figure.PER_SECOND, 0.0))));
    }

    void line(String text) {
        out.println(text);
        out.flush();
    }

    private boolean isTime() {
        if (!terminal || System.nanoTime() - toldNanos < EVERY_NANOS) {
            return false;
        }
        toldNanos = System.nanoTime();
        return true;
    }

    private void over(String text) {
        if (terminal) {
            out.printf(Locale.ROOT, "\r%-" + COLUMNS + "s%s", text, text.isEmpty() ? "\r" : "");
            out.flush();
        }
    }
}

package dev.fanfare.control.console;

import dev.fanfare.control.attempt.Tally;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.NavigableMap;

/**
 * Attempts over time as bars, and how long they took as two lines; {@value #HEIGHT} high and {@link #width()} wide.
 *
 * @param bars the oldest first
 * @param p50  points of a line, as SVG writes them
 * @param p99  points of a line
 * @param most what the highest bar stands for
 * @param slow what the top of the lines stands for, in milliseconds
 * @param from when it begins
 */
public record Plot(List<Bar> bars, String p50, String p99, long most, long slow, String from, String step) {
    /** In units of the drawing. */
    public static final int HEIGHT = 60;

    private static final int BAR = 6;
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm", Locale.ROOT).withZone(ZoneOffset.UTC);

    /** One bar of three parts, on top of each other: delivered, to be retried, given up. */
    public record Bar(int x, double good, double waiting, double bad, String title) {
        /** Where the upper end of the delivered part is. */
        public double goodTop() {
            return HEIGHT - good;
        }

        /** Where the upper end of the part to be retried is. */
        public double waitingTop() {
            return goodTop() - waiting;
        }

        /** Where the upper end of the part that was given up is. */
        public double badTop() {
            return waitingTop() - bad;
        }
    }

    /** How wide the drawing is. */
    public int width() {
        return bars.size() * BAR;
    }

    /** Whether there is nothing to be seen. */
    public boolean isEmpty() {
        return most == 0;
    }

    /**
     * Of what was counted.
     *
     * @param counted    by the moment at which each stretch begins
     * @param stepMillis how much time one bar stands for
     */
    static Plot of(NavigableMap<Long, Tally> counted, long nowMillis, long stepMillis, int count) {
        long first = (nowMillis / stepMillis - count + 1) * stepMillis;
        List<Tally> steps = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Tally sum = new Tally();
            long begin = first + i * stepMillis;
            counted.subMap(begin, true, begin + stepMillis, false).values().forEach(sum::add);
            steps.add(sum);
        }
        long most = steps.stream().mapToLong(Plot::total).max().orElse(0);
        long slow = steps.stream()
                .mapToLong(step -> step.percentileMillis(0.99))
                .max()
                .orElse(0);
        List<Bar> bars = new ArrayList<>();
        StringBuilder p50 = new StringBuilder();
        StringBuilder p99 = new StringBuilder();
        for (int i = 0; i < count; i++) {
            Tally step = steps.get(i);
            double unit = most == 0 ? 0 : (double) HEIGHT / most;
            bars.add(new Bar(
                    i * BAR,
                    step.delivered() * unit,
                    step.retrying() * unit,
                    step.givenUp() * unit,
                    TIME.format(Instant.ofEpochMilli(first + i * stepMillis)) + ": " + Display.number(step.delivered())
                            + " delivered, " + Display.number(step.retrying()) + " to be retried, "
                            + Display.number(step.givenUp()) + " given up"));
            if (total(step) > 0) {
                point(p50, i, step.percentileMillis(0.5), slow);
                point(p99, i, step.percentileMillis(0.99), slow);
            }
        }
        return new Plot(
                bars,
                p50.toString(),
                p99.toString(),
                most,
                slow,
                TIME.format(Instant.ofEpochMilli(first)),
                stepMillis / 60_000 == 1 ? "a minute" : stepMillis / 60_000 + " minutes");
    }

    private static long total(Tally tally) {
        return tally.delivered() + tally.retrying() + tally.givenUp();
    }

    private static void point(StringBuilder points, int i, long millis, long slow) {
        double y = HEIGHT - (slow == 0 ? 0 : (double) millis * (HEIGHT - 2) / slow);
        // level over its whole step, so that a single one is seen
        points.append(String.format(Locale.ROOT, "%d,%.1f %d,%.1f ", i * BAR, y, i * BAR + BAR - 1, y));
    }
}

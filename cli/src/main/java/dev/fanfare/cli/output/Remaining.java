package dev.fanfare.cli.output;

import java.util.Locale;
import java.util.function.LongSupplier;

/** How far something is, how fast, and how long it will take: {@code [██████    ] 1,200 of 2,000, 95/s, 8 s left}. */
public final class Remaining {
    private static final int BAR = 20;

    private final long total;
    private final long begin;
    private final LongSupplier nanoTime;
    private final long beganAt;

    /**
     * Begins now.
     *
     * @param begin how many of the total were done before
     */
    public Remaining(long total, long begin, LongSupplier nanoTime) {
        this.total = total;
        this.begin = begin;
        this.nanoTime = nanoTime;
        this.beganAt = nanoTime.getAsLong();
    }

    /** Where it stands. */
    public String text(long done) {
        double seconds = (nanoTime.getAsLong() - beganAt) / 1e9;
        double perSecond = seconds <= 0 ? 0 : (done - begin) / seconds;
        String bar = Bar.of(Math.min(done, total), Math.max(1, total), BAR);
        String text = String.format(
                Locale.ROOT, "[%s%s] %,d of %,d", bar, " ".repeat(Math.max(0, BAR - bar.length())), done, total);
        if (perSecond <= 0) {
            return text;
        }
        return text
                + String.format(Locale.ROOT, perSecond < 10 ? ", %.1f/s, " : ", %,.0f/s, ", perSecond)
                + span((long) Math.ceil(Math.max(0, total - done) / perSecond))
                + " left";
    }

    private static String span(long seconds) {
        if (seconds < 60) {
            return seconds + " s";
        }
        return seconds < 3_600
                ? seconds / 60 + " min " + seconds % 60 + " s"
                : seconds / 3_600 + " h " + seconds / 60 % 60 + " min";
    }
}

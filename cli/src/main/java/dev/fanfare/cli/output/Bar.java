package dev.fanfare.cli.output;

/** A bar of a chart in text, in eighths of a character. */
public final class Bar {
    private static final String EIGHTHS = " ▏▎▍▌▋▊▉";

    private Bar() {}

    /**
     * As long as a number is, beside the largest.
     *
     * @param longest characters that the largest takes
     */
    public static String of(long number, long largest, int longest) {
        long eighths = largest <= 0 ? 0 : Math.round(8.0 * longest * number / largest);
        eighths = number > 0 ? Math.max(1, eighths) : 0;
        String rest = eighths % 8 == 0 ? "" : EIGHTHS.substring((int) (eighths % 8), (int) (eighths % 8) + 1);
        return "█".repeat((int) (eighths / 8)) + rest;
    }
}

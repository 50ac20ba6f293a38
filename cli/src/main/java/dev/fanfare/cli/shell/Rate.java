package dev.fanfare.cli.shell;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A rate as people give it: {@code 100/s}, {@code 500/m}, {@code 1000/h}; a bare number is a second's. */
public final class Rate {
    private static final Pattern FORM = Pattern.compile("(\\d+(?:\\.\\d+)?)(?:/(s|m|h))?");

    private Rate() {}

    /**
     * How many a second; above zero.
     *
     * @param option for the error
     */
    public static double perSecond(String text, String option) {
        Matcher match = FORM.matcher(text.strip());
        double number = match.matches() ? Double.parseDouble(match.group(1)) : 0;
        if (number <= 0) {
            throw CommandFailure.usage(option + ": '" + text + "' is no rate such as 100/s, 500/m or 1000/h");
        }
        String unit = match.group(2);
        return "m".equals(unit) ? number / 60 : "h".equals(unit) ? number / 3_600 : number;
    }
}

package dev.fanfare.cli.output;

import org.jspecify.annotations.Nullable;

/** Text that came from elsewhere, made safe for a terminal: no control characters, so no hidden commands to it. */
public final class Printable {
    private Printable() {}

    /** One line: control characters become {@code \u001b} and the like; null becomes {@code -}. */
    public static String line(@Nullable String text) {
        return text == null ? "-" : escape(text, false);
    }

    /** Several lines: line ends and tabs stay. */
    public static String text(String text) {
        return escape(text, true);
    }

    private static String escape(String text, boolean keepLines) {
        StringBuilder safe = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            if ((keepLines && (c == '\n' || c == '\t'))
                    || !(Character.isISOControl(c) || Character.getType(c) == Character.FORMAT)) {
                safe.appendCodePoint(c);
            } else if (c != '\r' || !keepLines) {
                safe.append(c <= 0xFFFF ? String.format("\\u%04x", c) : String.format("\\U%06x", c));
            }
        });
        return safe.toString();
    }
}

package dev.fanfare.runtime.catalog;

import com.networknt.schema.SchemaException;
import com.networknt.schema.regex.RegularExpression;
import com.networknt.schema.regex.RegularExpressions;
import java.util.regex.Pattern;

/**
 * A pattern of a schema that gives up on a text after so many steps: tenants write patterns, all tenants share the
 * threads that match them, and Java's matcher may go back and forth for years. Immutable.
 */
final class BoundedPattern implements RegularExpression {
    private static final long STEPS = 100_000;
    private static final long STEPS_FOR_EACH_CHARACTER = 100;

    private final Pattern pattern;

    /** Of a pattern as ECMA-262 writes it, as far as Java understands that. */
    BoundedPattern(String regex) {
        this.pattern = Pattern.compile(
                RegularExpressions.replaceLongformCharacterProperties(RegularExpressions.replaceDollarAnchors(regex)));
    }

    /**
     * Whether the pattern is somewhere in a text.
     *
     * @throws SchemaException where that takes too long to find out
     */
    @Override
    public boolean matches(String text) {
        return pattern.matcher(new Counted(text, new long[] {STEPS + STEPS_FOR_EACH_CHARACTER * text.length()}))
                .find();
    }

    /** A text that may be looked at so often. */
    private record Counted(CharSequence text, long[] left) implements CharSequence {
        @Override
        public char charAt(int index) {
            if (left[0]-- == 0) {
                throw new SchemaException("a pattern takes too long to find in a text of " + text.length()
                        + " characters: write it without repetitions within repetitions");
            }
            return text.charAt(index);
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return new Counted(text.subSequence(start, end), left);
        }

        @Override
        public String toString() {
            return text.toString();
        }
    }
}

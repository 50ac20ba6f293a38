package dev.fanfare.contract;

/**
 * Names that people give to tenants and subscriptions: 1 to 64 lower-case letters, digits and hyphens, starting and
 * ending with a letter or digit. They stand in record keys and URLs as they are.
 */
public final class ObjectName {
    /** The rule in words, for error messages. */
    public static final String RULE = "1 to 64 lower-case letters, digits and inner hyphens";

    private static final int MAX_LENGTH = 64;

    private ObjectName() {}

    /** Whether a text is such a name. */
    public static boolean isValid(String text) {
        int last = text.length() - 1;
        if (last < 0 || last >= MAX_LENGTH || text.charAt(0) == '-' || text.charAt(last) == '-') {
            return false;
        }
        for (int i = 0; i <= last; i++) {
            char c = text.charAt(i);
            if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-')) {
                return false;
            }
        }
        return true;
    }
}

package dev.fanfare.runtime.config;

/** A number of bytes with its unit in the text: {@code 64MiB}, {@code 256KiB}, {@code 512B}. */
public record ByteSize(long bytes) {
    private static final String[] UNITS = {"GiB", "MiB", "KiB", "B"};
    private static final int[] SHIFTS = {30, 20, 10, 0};

    /**
     * Reads a size.
     *
     * @throws IllegalArgumentException with the form that is expected
     */
    public static ByteSize parse(String text) {
        String trimmed = text.strip();
        for (int i = 0; i < UNITS.length; i++) {
            if (trimmed.endsWith(UNITS[i])) {
                String number = trimmed.substring(0, trimmed.length() - UNITS[i].length());
                if (!number.isEmpty() && number.length() <= 9 && number.chars().allMatch(c -> c >= '0' && c <= '9')) {
                    return new ByteSize(Long.parseLong(number) << SHIFTS[i]);
                }
            }
        }
        throw new IllegalArgumentException(
                "'" + text + "' is not a size: write a whole number and B, KiB, MiB or GiB, such as 64MiB");
    }

    @Override
    public String toString() {
        for (int i = 0; i < UNITS.length; i++) {
            if (bytes != 0 && bytes % (1L << SHIFTS[i]) == 0) {
                return (bytes >> SHIFTS[i]) + UNITS[i];
            }
        }
        return bytes + "B";
    }
}

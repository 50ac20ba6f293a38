package dev.fanfare.router;

import java.util.Arrays;
import java.util.UUID;

/** Numbers as text in UTF-8, without a String between: there are some for every delivery. */
final class Digits {
    private static final byte[] HEX = {'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'};
    private static final int UUID_LENGTH = 36;

    private Digits() {}

    /** As {@link UUID#toString()}. */
    static byte[] ofUuid(UUID uuid) {
        byte[] text = new byte[UUID_LENGTH];
        long bits = uuid.getMostSignificantBits();
        int shift = Long.SIZE;
        for (int i = 0; i < UUID_LENGTH; i++) {
            if (i == 8 || i == 13 || i == 18 || i == 23) {
                text[i] = '-';
                continue;
            }
            if (shift == 0) {
                bits = uuid.getLeastSignificantBits();
                shift = Long.SIZE;
            }
            shift -= 4;
            text[i] = HEX[(int) (bits >>> shift) & 0xF];
        }
        return text;
    }

    /**
     * A decimal number behind some text.
     *
     * @param number not negative
     */
    static byte[] after(byte[] prefix, long number) {
        int digits = 1;
        for (long rest = number / 10; rest > 0; rest /= 10) {
            digits++;
        }
        byte[] text = Arrays.copyOf(prefix, prefix.length + digits);
        long rest = number;
        for (int i = text.length - 1; i >= prefix.length; i--) {
            text[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        return text;
    }
}

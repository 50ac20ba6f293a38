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
        Arrays.fill(text, (byte) '-');
        long most = uuid.getMostSignificantBits();
        long least = uuid.getLeastSignificantBits();
        hex(most >>> 32, text, 0, 8);
        hex(most >>> 16, text, 9, 4);
        hex(most, text, 14, 4);
        hex(least >>> 48, text, 19, 4);
        hex(least, text, 24, 12);
        return text;
    }

    /** The last digits of a number. */
    private static void hex(long number, byte[] text, int from, int digits) {
        long rest = number;
        for (int i = from + digits - 1; i >= from; i--) {
            text[i] = HEX[(int) rest & 0xF];
            rest >>>= 4;
        }
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

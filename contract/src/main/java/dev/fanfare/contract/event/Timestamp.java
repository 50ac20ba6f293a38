package dev.fanfare.contract.event;

import java.time.DateTimeException;
import java.time.LocalDate;

/**
 * The timestamps of CloudEvents: {@code date-time} of RFC 3339, section 5.6. Neither more (no year of five digits, no time
 * without seconds) nor less: any number of fraction digits, lower case {@code t} and {@code z}, offsets up to 23:59 and
 * leap seconds, where one may be (section 5.7), are right.
 */
final class Timestamp {
    private static final int MINUTES_OF_DAY = 24 * 60;
    private static final int LAST_MINUTE = MINUTES_OF_DAY - 1;
    private static final int SECONDS_END = 19;

    private Timestamp() {}

    /** Whether a text is one. */
    static boolean is(String text) {
        if (!fits(text, 0, "dddd-dd-ddTdd:dd:dd")) {
            return false;
        }
        int at = SECONDS_END;
        if (at < text.length() && text.charAt(at) == '.') {
            do {
                at++;
            } while (at < text.length() && isDigit(text.charAt(at)));
            if (at == SECONDS_END + 1) {
                return false;
            }
        }
        int hour = number(text, 11);
        int minute = number(text, 14);
        int second = number(text, 17);
        return hour <= 23
                && minute <= 59
                && isOffset(text, at)
                && isDay(text)
                && (second <= 59
                        || second == 60
                                && Math.floorMod(hour * 60 + minute - offsetMinutes(text, at), MINUTES_OF_DAY)
                                        == LAST_MINUTE);
    }

    private static boolean isOffset(String text, int at) {
        int length = text.length() - at;
        if (length == 1) {
            return (text.charAt(at) | 0x20) == 'z';
        }
        return length == 6
                && (text.charAt(at) == '+' || text.charAt(at) == '-')
                && fits(text, at + 1, "dd:dd")
                && number(text, at + 1) <= 23
                && number(text, at + 4) <= 59;
    }

    private static int offsetMinutes(String text, int at) {
        if (text.length() - at == 1) {
            return 0;
        }
        int minutes = 60 * number(text, at + 1) + number(text, at + 4);
        return text.charAt(at) == '-' ? -minutes : minutes;
    }

    private static boolean isDay(String text) {
        try {
            LocalDate.of(100 * number(text, 0) + number(text, 2), number(text, 5), number(text, 8));
            return true;
        } catch (DateTimeException e) {
            return false;
        }
    }

    /** Whether a text goes on so from there; {@code d} stands for a digit, {@code T} for either case. */
    private static boolean fits(String text, int from, String shape) {
        if (text.length() < from + shape.length()) {
            return false;
        }
        for (int i = 0; i < shape.length(); i++) {
            char c = text.charAt(from + i);
            char expected = shape.charAt(i);
            if (expected == 'd' ? !isDigit(c) : expected == 'T' ? (c | 0x20) != 't' : c != expected) {
                return false;
            }
        }
        return true;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static int number(String digits, int at) {
        return 10 * (digits.charAt(at) - '0') + digits.charAt(at + 1) - '0';
    }
}

package dev.fanfare.benchmarks.pipeline;

import static java.nio.charset.StandardCharsets.US_ASCII;

/**
 * What an event carries through the pipeline as its subject, so that its webhooks can be told: the run, the event's
 * number, and when it was sent, in microseconds on the clock of {@link #nowMicros}. Always as long, so that it is
 * written over the last one.
 *
 * @param micros since this process began
 */
record Stamp(int run, long event, long micros) {
    private static final int RUN_DIGITS = 4;
    private static final int EVENT_DIGITS = 12;
    private static final int MICROS_DIGITS = 15;
    private static final long BEGAN_NANOS = System.nanoTime();

    /** In bytes. */
    static final int LENGTH = RUN_DIGITS + 1 + EVENT_DIGITS + 1 + MICROS_DIGITS;

    /** In place of a stamp, until there is one. */
    static final String BLANK = "-".repeat(LENGTH);

    static long nowMicros() {
        return micros(System.nanoTime());
    }

    /** Of a moment of {@link System#nanoTime()}. */
    static long micros(long nanos) {
        return (nanos - BEGAN_NANOS) / 1_000;
    }

    void write(byte[] into, int at) {
        digits(into, at, RUN_DIGITS, run);
        into[at + RUN_DIGITS] = '-';
        digits(into, at + RUN_DIGITS + 1, EVENT_DIGITS, event);
        into[at + RUN_DIGITS + 1 + EVENT_DIGITS] = '-';
        digits(into, at + LENGTH - MICROS_DIGITS, MICROS_DIGITS, micros);
    }

    private static void digits(byte[] into, int at, int count, long value) {
        long rest = value;
        for (int i = count - 1; i >= 0; i--) {
            into[at + i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
    }

    /** Reads it where it was written. */
    static Stamp read(byte[] bytes, int at) {
        return new Stamp(
                (int) number(bytes, at, RUN_DIGITS),
                number(bytes, at + RUN_DIGITS + 1, EVENT_DIGITS),
                number(bytes, at + LENGTH - MICROS_DIGITS, MICROS_DIGITS));
    }

    /** The digits there, as a number. */
    static long number(byte[] bytes, int at, int count) {
        long value = 0;
        for (int i = at; i < at + count; i++) {
            if (bytes[i] < '0' || bytes[i] > '9') {
                throw new IllegalArgumentException("not a number: " + new String(bytes, at, count, US_ASCII));
            }
            value = value * 10 + bytes[i] - '0';
        }
        return value;
    }

    /** Tells one delivery from another; the sum over all that are owed is the sum over all that came. */
    static long sum(long event, int endpoint) {
        long mixed = (event * 1_000_003 + endpoint + 1) * 0x9E3779B97F4A7C15L;
        mixed = (mixed ^ (mixed >>> 32)) * 0xD6E8FEB86659FD93L;
        return mixed ^ (mixed >>> 29);
    }
}

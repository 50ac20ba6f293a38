package dev.fanfare.cli.api;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The lines of a stream as bytes, one at a time, none longer than {@link #MAX_BYTES}. Confined to one thread. */
final class Lines {
    /** No event that Fanfare takes is near this long. */
    static final int MAX_BYTES = 8 * 1024 * 1024;

    private final InputStream in;
    private long number;
    private boolean cut;

    /** Wants a buffered stream. */
    Lines(InputStream in) {
        this.in = in;
    }

    /** The next line without its end; null after the last. */
    byte @Nullable [] next() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(1_024);
        int c = in.read();
        if (c < 0) {
            return null;
        }
        number++;
        cut = false;
        for (; c >= 0 && c != '\n'; c = in.read()) {
            if (line.size() < MAX_BYTES) {
                line.write(c);
            } else {
                cut = true;
            }
        }
        byte[] bytes = line.toByteArray();
        if (number == 1 && startsWithByteOrderMark(bytes)) {
            bytes = Arrays.copyOfRange(bytes, 3, bytes.length);
        }
        return bytes;
    }

    /** The number of the line that {@link #next} gave, from 1. */
    long number() {
        return number;
    }

    /** Whether that line was longer than allowed, and what was given is only its beginning. */
    boolean wasCut() {
        return cut;
    }

    static boolean isBlank(byte[] line) {
        for (byte b : line) {
            if (b != ' ' && b != '\t' && b != '\r') {
                return false;
            }
        }
        return true;
    }

    private static boolean startsWithByteOrderMark(byte[] line) {
        return line.length >= 3 && line[0] == (byte) 0xEF && line[1] == (byte) 0xBB && line[2] == (byte) 0xBF;
    }
}

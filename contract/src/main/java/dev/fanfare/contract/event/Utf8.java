package dev.fanfare.contract.event;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;

/**
 * Checks that bytes are UTF-8 without keeping the text. A JSON parser that skips over a value does not look that
 * closely. One per thread.
 */
final class Utf8 {
    private static final ThreadLocal<Utf8> OF_THREAD = ThreadLocal.withInitial(Utf8::new);

    private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    private final CharBuffer sink = CharBuffer.allocate(4_096);

    private Utf8() {}

    /** The index of the first byte that is not UTF-8, or -1 where all are. */
    static int firstFault(byte[] bytes) {
        return OF_THREAD.get().decode(ByteBuffer.wrap(bytes));
    }

    private int decode(ByteBuffer bytes) {
        decoder.reset();
        CoderResult result;
        do {
            sink.clear();
            result = decoder.decode(bytes, sink, true);
        } while (result.isOverflow());
        return result.isError() ? bytes.position() : -1;
    }
}

package dev.fanfare.contract.event;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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

    private static final VarHandle EIGHT = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
    private static final long HIGH_BITS = 0x8080_8080_8080_8080L;

    private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    private final CharBuffer sink = CharBuffer.allocate(4_096);

    private Utf8() {}

    /** The index of the first byte that is not UTF-8, or -1 where all are. */
    static int firstFault(byte[] bytes) {
        int ascii = asciiUpTo(bytes);
        return ascii == bytes.length ? -1 : OF_THREAD.get().decode(ByteBuffer.wrap(bytes, ascii, bytes.length - ascii));
    }

    /** How far all is ASCII; eight bytes at a time. */
    private static int asciiUpTo(byte[] bytes) {
        int at = 0;
        while (at + Long.BYTES <= bytes.length && ((long) EIGHT.get(bytes, at) & HIGH_BITS) == 0) {
            at += Long.BYTES;
        }
        while (at < bytes.length && bytes[at] >= 0) {
            at++;
        }
        return at;
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

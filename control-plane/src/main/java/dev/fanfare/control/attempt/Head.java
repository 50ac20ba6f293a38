package dev.fanfare.control.attempt;

import dev.fanfare.contract.delivery.Attempt;
import dev.fanfare.contract.delivery.Verdict;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;

/** What filters ask for most, so that an attempt that isn't meant needn't be fetched. */
record Head(int verdict, int status) {
    static final int BYTES = 1 + Short.BYTES;

    private static final int UNKNOWN = 0x7F;
    private static final Map<String, Integer> VERDICTS = new HashMap<>();

    static {
        for (Verdict verdict : Verdict.values()) {
            VERDICTS.put(verdict.text(), verdict.ordinal());
        }
    }

    static Head of(Attempt attempt) {
        return new Head(
                VERDICTS.getOrDefault(attempt.verdict(), UNKNOWN), attempt.status() == null ? 0 : attempt.status());
    }

    byte[] bytes() {
        return ByteBuffer.allocate(BYTES)
                .put((byte) verdict)
                .putShort((short) status)
                .array();
    }

    static Head read(byte[] value) {
        ByteBuffer bytes = ByteBuffer.wrap(value);
        return new Head(bytes.get(), bytes.getShort());
    }

    /** Whether the attempt may be meant. */
    boolean suits(AttemptQuery query) {
        return (query.verdict() == null || query.verdict().ordinal() == verdict)
                && (query.status() == null || query.status() == status);
    }
}

package dev.fanfare.dispatcher.http;

import dev.fanfare.dispatcher.outcome.Answer;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Reads an answer: its status, and the first bytes of its body. The rest is thrown away. Confined to one thread. */
final class AnswerReader {
    private final int status;
    private final @Nullable String retryAfter;
    private final AnswerLimits limits;
    private byte @Nullable [] excerpt;
    private int kept;
    private long seen;

    AnswerReader(int status, @Nullable String retryAfter, AnswerLimits limits) {
        this.status = status;
        this.retryAfter = retryAfter;
        this.limits = limits;
    }

    /** Takes more of the body; false where that is too much of it. */
    boolean read(ByteBuf source) {
        seen += source.readableBytes();
        int more = Math.min(limits.kept() - kept, source.readableBytes());
        if (more > 0) {
            byte[] room = excerpt == null ? new byte[more] : Arrays.copyOf(excerpt, kept + more);
            source.readBytes(room, kept, more);
            kept += more;
            excerpt = room;
        }
        return seen <= limits.most();
    }

    Answer.Response answer() {
        return new Answer.Response(status, retryAfter, text());
    }

    /** One byte for what isn't UTF-8, so that the text takes no more than what was kept. */
    private @Nullable String text() {
        if (excerpt == null) {
            return null;
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPLACE)
                    .replaceWith("?")
                    .decode(ByteBuffer.wrap(excerpt))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new IllegalStateException("malformed input is replaced", e);
        }
    }
}

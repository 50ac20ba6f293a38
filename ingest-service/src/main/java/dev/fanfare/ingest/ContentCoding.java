package dev.fanfare.ingest;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import dev.fanfare.contract.event.InvalidEvent;
import dev.fanfare.contract.problem.Problem;
import dev.fanfare.contract.problem.ProblemException;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.zip.GZIPInputStream;

/**
 * How a request's body is packed (RFC 9110, section 8.4). Unpacking stops at the limit of the <em>unpacked</em> size:
 * what a bomb would come to is never in memory.
 */
enum ContentCoding {
    /** As it is. */
    IDENTITY,
    /** RFC 1952. */
    GZIP,
    /** RFC 8878, with windows as RFC 9659 bounds them. */
    ZSTD;

    private static final String OFFERED = "gzip, zstd";
    /** 8 MiB: what a decoder of HTTP must have, and may refuse to exceed (RFC 9659, section 3). */
    private static final int ZSTD_WINDOW_LOG = 23;

    private static final int GZIP_FLAGS_AT = 3;
    /** What these would mean is not known yet: whoever unpacks must not read over them. */
    private static final int GZIP_RESERVED = 0b1110_0000;

    private static final int PIECE_BYTES = 16 * 1024;

    /**
     * The one that a request names.
     *
     * @throws ProblemException a 415 that names what is offered
     */
    static ContentCoding of(RoutingContext context) {
        if (!context.request().headers().contains(HttpHeaders.CONTENT_ENCODING)) {
            return IDENTITY;
        }
        // one that stands in two lines is a list, as if it stood in one (RFC 9110, section 5.3)
        String encoding = String.join(", ", context.request().headers().getAll(HttpHeaders.CONTENT_ENCODING));
        return switch (encoding.strip().toLowerCase(Locale.ROOT)) {
            case "", "identity" -> IDENTITY;
            case "gzip", "x-gzip" -> GZIP;
            case "zstd" -> ZSTD;
            default -> {
                // RFC 9110, section 15.5.16
                context.response().putHeader(HttpHeaders.ACCEPT_ENCODING, OFFERED);
                throw new ProblemException(Problem.of(
                        415,
                        "unsupported-media-type",
                        "Unsupported media type",
                        "content-encoding '" + encoding
                                + "' is not offered: send the body as it is, or packed once with " + OFFERED));
            }
        };
    }

    /**
     * The body as it was before it was packed.
     *
     * @throws InvalidEvent  where it isn't packed so
     * @throws TooLarge      where it would come to more than the limit
     */
    byte[] unpack(byte[] body, long limit) throws InvalidEvent, TooLarge {
        if (this == IDENTITY) {
            return body;
        }
        if (this == GZIP && body.length > GZIP_FLAGS_AT && (body[GZIP_FLAGS_AT] & GZIP_RESERVED) != 0) {
            throw new InvalidEvent("body", "has reserved flags in its gzip header (RFC 1952, section 2.3.1.2)");
        }
        try (InputStream in = open(new ByteArrayInputStream(body))) {
            ByteArrayOutputStream unpacked = new ByteArrayOutputStream(PIECE_BYTES);
            byte[] piece = new byte[PIECE_BYTES];
            for (int read = in.read(piece); read >= 0; read = in.read(piece)) {
                if (unpacked.size() + read > limit) {
                    throw new TooLarge();
                }
                unpacked.write(piece, 0, read);
            }
            return unpacked.toByteArray();
        } catch (IOException e) {
            throw new InvalidEvent(
                    "body", "can't be unpacked as " + name().toLowerCase(Locale.ROOT) + ": " + e.getMessage());
        }
    }

    private InputStream open(InputStream packed) throws IOException {
        return switch (this) {
            case IDENTITY -> packed;
            case GZIP -> new GZIPInputStream(packed, PIECE_BYTES);
            case ZSTD -> new ZstdInputStreamNoFinalizer(packed).setLongMax(ZSTD_WINDOW_LOG);
        };
    }

    /** The body would come to more than the limit. */
    static final class TooLarge extends Exception {
        private static final long serialVersionUID = 1;

        TooLarge() {
            super("over the limit", null, false, false);
        }
    }
}

package dev.fanfare.ingest;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.zip.GZIPOutputStream;

/** Bodies as clients pack them, well or not. */
final class Packed {
    private Packed() {}

    static byte[] gzip(byte[] body) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(body);
        }
        return packed.toByteArray();
    }

    static byte[] zstd(byte[] body) {
        return Zstd.compress(body);
    }

    /** The checksum and the length stand in the last eight bytes (RFC 1952, section 2.3.1). */
    static byte[] withLastBytesFlipped(byte[] gzip) {
        byte[] broken = gzip.clone();
        for (int i = broken.length - 8; i < broken.length - 4; i++) {
            broken[i] ^= (byte) 0xFF;
        }
        return broken;
    }

    /** A frame's header that asks for a window of 2^27 bytes, and a block (RFC 8878, section 3.1.1). */
    static byte[] withHugeWindow() {
        return new byte[] {0x28, (byte) 0xB5, 0x2F, (byte) 0xFD, 0x00, (byte) (17 << 3), 0x09, 0x00, 0x00, 'x'};
    }

    static byte[] withReservedFlags(byte[] gzip) {
        byte[] flagged = gzip.clone();
        flagged[3] |= (byte) 0xE0;
        return flagged;
    }
}

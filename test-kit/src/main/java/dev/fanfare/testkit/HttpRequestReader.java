package dev.fanfare.testkit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Reads HTTP/1.1 requests (RFC 9112) from one connection. Confined to the connection's thread. */
final class HttpRequestReader {

    private static final int MAX_LINE_BYTES = 64 * 1024;
    private static final int MAX_BODY_BYTES = 64 * 1024 * 1024;

    private final InputStream in;
    private final OutputStream out;
    private final byte[] buffer = new byte[16 * 1024];
    private int position;
    private int limit;

    HttpRequestReader(InputStream in, OutputStream out) {
        this.in = in;
        this.out = out;
    }

    /** The next request, or null when the client has ended the connection. */
    @Nullable ReceivedRequest next() throws IOException {
        if (position == limit && !fill()) {
            return null;
        }
        long arrivedNanos = System.nanoTime();
        long arrivedAtMillis = System.currentTimeMillis();
        String[] start = line().split(" ", 3);
        if (start.length != 3 || !start[2].startsWith("HTTP/1.")) {
            throw new MalformedRequest("not an HTTP/1 request line");
        }
        SortedMap<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (String line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            if (colon < 1) {
                throw new MalformedRequest("a header line without a name");
            }
            headers.computeIfAbsent(line.substring(0, colon), name -> new ArrayList<>(1))
                    .add(line.substring(colon + 1).strip());
        }
        return new ReceivedRequest(start[0], start[1], headers, body(headers), arrivedNanos, arrivedAtMillis);
    }

    /** Blocks until the client ends the connection, ignoring what it may still say. */
    void awaitEnd() throws IOException {
        while (fill()) {
            position = limit;
        }
    }

    private byte[] body(SortedMap<String, List<String>> headers) throws IOException {
        if ("100-continue".equalsIgnoreCase(first(headers, "Expect"))) {
            out.write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        }
        if ("chunked".equalsIgnoreCase(first(headers, "Transfer-Encoding"))) {
            return chunks();
        }
        String length = first(headers, "Content-Length");
        return length == null ? new byte[0] : exactly(size(length, 10));
    }

    private byte[] chunks() throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        while (true) {
            String line = line();
            int extension = line.indexOf(';');
            byte[] chunk = exactly(size(extension < 0 ? line : line.substring(0, extension), 16));
            if (chunk.length == 0) {
                while (!line().isEmpty()) {
                    // trailers are of no use here
                }
                return body.toByteArray();
            }
            body.write(chunk);
            line();
        }
    }

    private static int size(String text, int radix) throws MalformedRequest {
        try {
            int size = Integer.parseInt(text.strip(), radix);
            if (size >= 0 && size <= MAX_BODY_BYTES) {
                return size;
            }
        } catch (NumberFormatException e) {
            throw new MalformedRequest("an unreadable length: " + text);
        }
        throw new MalformedRequest("a body of " + text + " bytes");
    }

    private byte[] exactly(int size) throws IOException {
        byte[] bytes = new byte[size];
        int done = 0;
        while (done < size) {
            if (position == limit && !fill()) {
                throw new MalformedRequest("the request ended early");
            }
            int part = Math.min(size - done, limit - position);
            System.arraycopy(buffer, position, bytes, done, part);
            position += part;
            done += part;
        }
        return bytes;
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder(64);
        while (line.length() < MAX_LINE_BYTES) {
            if (position == limit && !fill()) {
                throw new MalformedRequest("the request ended early");
            }
            char next = (char) (buffer[position++] & 0xFF);
            if (next == '\n') {
                int end = line.length();
                return end > 0 && line.charAt(end - 1) == '\r' ? line.substring(0, end - 1) : line.toString();
            }
            line.append(next);
        }
        throw new MalformedRequest("a line of more than " + MAX_LINE_BYTES + " bytes");
    }

    private boolean fill() throws IOException {
        int read = in.read(buffer, 0, buffer.length);
        position = 0;
        limit = Math.max(read, 0);
        return read > 0;
    }

    private static @Nullable String first(SortedMap<String, List<String>> headers, String name) {
        List<String> values = headers.get(name);
        return values == null ? null : values.get(0);
    }

    /** What came is not HTTP/1.1, or stopped in the middle. */
    static final class MalformedRequest extends IOException {
        MalformedRequest(String message) {
            super(message);
        }
    }
}

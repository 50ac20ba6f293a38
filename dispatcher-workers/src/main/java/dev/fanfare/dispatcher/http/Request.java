package dev.fanfare.dispatcher.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A POST. Its fields are kept as they are given and written once, straight into the bytes that go out: names and values
 * must be fit for that, which is for the caller to see to (printable ASCII, spaces and tabs).
 */
public final class Request {
    private static final int USUAL_FIELDS = 24;
    private static final byte[] METHOD = ascii("POST ");
    private static final byte[] VERSION_AND_HOST = ascii(" HTTP/1.1\r\nhost: ");
    private static final byte[] LENGTH = ascii("\r\ncontent-length: ");
    private static final byte[] LINE_END = ascii("\r\n");

    private final String target;
    private final String authority;
    private final byte[] body;
    /** Names and values by turns. */
    private CharSequence[] fields = new CharSequence[2 * USUAL_FIELDS];

    private int used;
    private int length;

    /**
     * Without fields.
     *
     * @param target path and query
     * @param host   name or address; an IPv6 address without brackets
     * @param port   -1 for the scheme's own
     * @param body   not copied
     */
    public Request(String target, String host, int port, byte[] body) {
        this.target = target;
        String bracketed = host.indexOf(':') < 0 ? host : "[" + host + "]";
        this.authority = port < 0 ? bracketed : bracketed + ":" + port;
        this.body = body;
    }

    /** Adds a field. The value may be an {@link AsciiString} over bytes that are there already. */
    public void add(String name, CharSequence value) {
        if (used == fields.length) {
            fields = Arrays.copyOf(fields, 2 * used);
        }
        fields[used++] = name;
        fields[used++] = value;
        length += name.length() + value.length();
    }

    /** Adds a field, or replaces it if it is there. */
    public void set(String name, CharSequence value) {
        for (int i = 0; i < used; i += 2) {
            if (fields[i].equals(name)) {
                length += value.length() - fields[i + 1].length();
                fields[i + 1] = value;
                return;
            }
        }
        add(name, value);
    }

    /** A field's value; null where there is none. */
    public @Nullable String get(String name) {
        for (int i = 0; i < used; i += 2) {
            if (fields[i].equals(name)) {
                return fields[i + 1].toString();
            }
        }
        return null;
    }

    /** The names of its fields, in order. */
    public List<String> names() {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < used; i += 2) {
            names.add(fields[i].toString());
        }
        return names;
    }

    /** Whom it is for: host, and port if it isn't the standard one. */
    public String authority() {
        return authority;
    }

    byte[] body() {
        return body;
    }

    /** All of it in one buffer, the body too: one call of the kernel sends it. */
    ByteBuf http1(ByteBufAllocator allocator) {
        int most = target.length() + authority.length() + length + 2 * used + 64 + body.length;
        ByteBuf out = allocator.ioBuffer(most);
        out.writeBytes(METHOD);
        ByteBufUtil.writeAscii(out, target);
        out.writeBytes(VERSION_AND_HOST);
        ByteBufUtil.writeAscii(out, authority);
        out.writeBytes(LENGTH);
        ByteBufUtil.writeAscii(out, Integer.toString(body.length));
        for (int i = 0; i < used; i += 2) {
            out.writeBytes(LINE_END);
            ByteBufUtil.writeAscii(out, fields[i]);
            out.writeShort(':' << 8 | ' ');
            ByteBufUtil.writeAscii(out, fields[i + 1]);
        }
        out.writeBytes(LINE_END).writeBytes(LINE_END);
        return out.writeBytes(body);
    }

    Http2Headers http2(String scheme) {
        Http2Headers headers = new DefaultHttp2Headers(false);
        headers.method("POST").scheme(scheme).authority(authority).path(target);
        headers.setInt("content-length", body.length);
        for (int i = 0; i < used; i += 2) {
            headers.add(fields[i].toString().toLowerCase(Locale.ROOT), fields[i + 1]);
        }
        return headers;
    }

    ByteBuf http2Body() {
        return Unpooled.wrappedBuffer(body);
    }

    private static byte[] ascii(String text) {
        return AsciiString.of(text).toByteArray();
    }
}

package dev.fanfare.contract;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/** Text in Kafka record headers: UTF-8, single-valued; writing overwrites, reading takes the last. */
public final class RecordHeaders {
    private RecordHeaders() {}

    /** The value of a header as text, or null where it is absent or has no value. */
    public static @Nullable String text(Headers headers, String name) {
        Header header = headers.lastHeader(name);
        return header == null ? null : text(header);
    }

    /** Its value as text, or null where it has none. */
    public static @Nullable String text(Header header) {
        return header.value() == null ? null : new String(header.value(), StandardCharsets.UTF_8);
    }

    /** Writes a header in place of any that has the name; null removes it. */
    public static void put(Headers headers, String name, @Nullable String value) {
        headers.remove(name);
        if (value != null) {
            headers.add(name, value.getBytes(StandardCharsets.UTF_8));
        }
    }

    /** Writes a number as decimal text. */
    public static void put(Headers headers, String name, long value) {
        put(headers, name, Long.toString(value));
    }

    /**
     * The value of a header as a whole number, or the fallback where it is absent.
     *
     * @throws UndecodableRecord where it is there but isn't a number
     */
    public static long number(Headers headers, String name, long fallback) throws UndecodableRecord {
        String text = text(headers, name);
        return text == null ? fallback : number(name, text);
    }

    /**
     * A header's text as a whole number.
     *
     * @throws UndecodableRecord where it isn't one
     */
    public static long number(String name, String text) throws UndecodableRecord {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new UndecodableRecord("header '" + name + "' holds '" + text + "' where a whole number is expected");
        }
    }

    /**
     * The value of a header that must be there.
     *
     * @throws UndecodableRecord naming the header
     */
    public static String required(Headers headers, String name) throws UndecodableRecord {
        return required(name, text(headers, name));
    }

    /**
     * A header's text, which must be there.
     *
     * @throws UndecodableRecord naming the header
     */
    public static String required(String name, @Nullable String text) throws UndecodableRecord {
        if (text == null || text.isEmpty()) {
            throw new UndecodableRecord("header '" + name + "' is missing");
        }
        return text;
    }
}

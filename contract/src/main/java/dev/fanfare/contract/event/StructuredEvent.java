package dev.fanfare.contract.event;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.json.UTF8StreamJsonParser;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Writes an event as one JSON object (CloudEvents JSON format 1.0.2, section 3), from the headers and the value of its
 * record. Pure; the same record gives the same bytes.
 *
 * <pre>
 * ce_* ─▶ {"specversion":"1.0","id":…,"datacontenttype":…,  "data": }   the value's own bytes, where they are JSON
 *                                                           "data_base64":"" }   where they are anything else
 * </pre>
 *
 * <p>Data stands as {@code data} only where its media type is JSON, or absent, which means JSON (section 3.1.1), and
 * where the bytes are seen to be one JSON text in UTF-8: whoever produces straight to Kafka may put anything there, and
 * one stray byte would spoil the whole object. They are looked at, but never taken apart or written anew. All else is
 * {@code data_base64}, text too: it means the same bytes to every reader. No data, no member.
 */
public final class StructuredEvent {
    private static final String CONTENT_TYPE = "datacontenttype";
    private static final String SPEC_VERSION = "specversion";
    private static final int ATTRIBUTES_BYTES = 512;

    private static final JsonFactory JSON = JsonFactory.builder()
            // the names inside the data are strangers' and never the same: not for the JVM's table of strings
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .build();

    private StructuredEvent() {}

    /** The whole event. The value isn't kept. */
    public static byte[] write(Headers headers, byte @Nullable [] value) {
        byte[] data = value == null ? new byte[0] : value;
        String contentType = contentType(headers);
        byte[] attributes = attributes(headers, contentType);
        if (data.length == 0) {
            return join(attributes, "}", data, "");
        }
        if ((contentType == null || EventJson.isJson(contentType)) && isJsonText(data)) {
            return join(attributes, ",\"data\":", data, "}");
        }
        return join(attributes, ",\"data_base64\":\"", Base64.getEncoder().encode(data), "\"}");
    }

    private static byte[] attributes(Headers headers, @Nullable String contentType) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(ATTRIBUTES_BYTES);
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.disable(JsonGenerator.Feature.AUTO_CLOSE_JSON_CONTENT);
            json.writeStartObject();
            json.writeStringField(SPEC_VERSION, "1.0");
            for (Header header : headers) {
                if (header.value() != null
                        && isAttribute(header.key())
                        && header.equals(headers.lastHeader(header.key()))) {
                    json.writeStringField(
                            header.key().substring(EventRecords.ATTRIBUTE_PREFIX.length()),
                            new String(header.value(), StandardCharsets.UTF_8));
                }
            }
            if (contentType != null) {
                json.writeStringField(CONTENT_TYPE, contentType);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("nothing is written but memory", e);
        }
        return out.toByteArray();
    }

    private static @Nullable String contentType(Headers headers) {
        Header header = headers.lastHeader(EventRecords.CONTENT_TYPE);
        return header == null || header.value() == null ? null : new String(header.value(), StandardCharsets.UTF_8);
    }

    private static boolean isAttribute(String header) {
        if (!header.startsWith(EventRecords.ATTRIBUTE_PREFIX)) {
            return false;
        }
        String name = header.substring(EventRecords.ATTRIBUTE_PREFIX.length());
        return EventRules.isAttributeName(name)
                && !name.equals("data")
                && !name.equals(CONTENT_TYPE)
                && !name.equals(SPEC_VERSION);
    }

    /** Whether bytes are one JSON text in UTF-8 without a byte order mark (RFC 8259, sections 2 and 8.1). */
    static boolean isJsonText(byte[] bytes) {
        // The parser would read over a mark; in the midst of an object it is a fault.
        if (bytes.length == 0 || bytes[0] == (byte) 0xEF || Utf8.firstFault(bytes) >= 0) {
            return false;
        }
        try (JsonParser parser = JSON.createParser(bytes)) {
            if (!(parser instanceof UTF8StreamJsonParser) || parser.nextToken() == null) {
                return false;
            }
            parser.skipChildren();
            return parser.nextToken() == null;
        } catch (IOException e) {
            return false;
        }
    }

    private static byte[] join(byte[] attributes, String before, byte[] data, String after) {
        byte[] all = new byte[attributes.length + before.length() + data.length + after.length()];
        int at = put(attributes, all, 0);
        at = put(before.getBytes(StandardCharsets.US_ASCII), all, at);
        at = put(data, all, at);
        put(after.getBytes(StandardCharsets.US_ASCII), all, at);
        return all;
    }

    private static int put(byte[] part, byte[] all, int at) {
        System.arraycopy(part, 0, all, at, part.length);
        return at + part.length;
    }
}

package dev.fanfare.ingest;

import dev.fanfare.contract.event.Event;
import dev.fanfare.contract.event.InvalidEvent;
import dev.fanfare.contract.problem.Problem.FieldError;
import io.vertx.core.MultiMap;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * CloudEvents in binary mode over HTTP (HTTP protocol binding 1.0.2, section 3.1): an attribute {@code x} is the
 * header {@code ce-x}, percent-encoded; the body is the data.
 */
final class BinaryMode {
    private static final String PREFIX = "ce-";
    private static final String SPEC_VERSION = "ce-specversion";

    private BinaryMode() {}

    /** Whether a request means to be one, also where it left a header out. */
    static boolean isMeantBy(MultiMap headers) {
        return headers.contains(SPEC_VERSION)
                || headers.contains(PREFIX + Event.TYPE)
                || headers.contains(PREFIX + Event.ID);
    }

    /**
     * Reads the event; the rules of {@link dev.fanfare.contract.event.EventRules} are not yet checked.
     *
     * @throws InvalidEvent naming every header at fault
     */
    static Event read(MultiMap headers, @Nullable String contentType, byte[] data) throws InvalidEvent {
        List<FieldError> errors = new ArrayList<>();
        Map<String, String> attributes = new LinkedHashMap<>();
        for (Map.Entry<String, String> header : headers) {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            if (name.startsWith(PREFIX)) {
                try {
                    String before = attributes.put(name.substring(PREFIX.length()), decode(name, header.getValue()));
                    if (before != null) {
                        errors.add(new FieldError(name, "stands twice: send it once"));
                    }
                } catch (InvalidEvent e) {
                    errors.addAll(e.errors());
                }
            }
        }
        String version = attributes.remove("specversion");
        if (!"1.0".equals(version)) {
            errors.add(new FieldError(
                    SPEC_VERSION, version == null ? "is required: 1.0" : "'" + version + "' is not known: use 1.0"));
        }
        if (attributes.containsKey("datacontenttype")) {
            errors.add(new FieldError("ce-datacontenttype", "is not a header of binary mode: use content-type"));
        }
        if (!errors.isEmpty()) {
            throw new InvalidEvent(errors);
        }
        return new Event(attributes, contentType, data);
    }

    /**
     * Undoes the quoting and the percent-encoding of section 3.1.3.2. What a sender should have encoded and sent as UTF-8
     * instead, as some SDKs do, is taken as it is meant.
     *
     * @param value each character a byte of the header
     */
    static String decode(String name, String value) throws InvalidEvent {
        String text = unquote(value);
        ByteBuffer bytes = ByteBuffer.allocate(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ' || c == '\u007F' || c > '\u00FF') {
                throw new InvalidEvent(name, "holds a control character");
            }
            if (c != '%') {
                bytes.put((byte) c);
                continue;
            }
            int high = i + 2 < text.length() ? Character.digit(text.charAt(i + 1), 16) : -1;
            int low = i + 2 < text.length() ? Character.digit(text.charAt(i + 2), 16) : -1;
            if (high < 0 || low < 0) {
                throw new InvalidEvent(name, "holds a '%' that no two hexadecimal digits follow: write %25");
            }
            bytes.put((byte) (high << 4 | low));
            i += 2;
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString();
        } catch (CharacterCodingException e) {
            throw new InvalidEvent(
                    name, "is not UTF-8 once its percent-encoding is undone: percent-encode all but printable ASCII");
        }
    }

    private static String unquote(String value) {
        if (value.length() < 2 || !value.startsWith("\"") || !value.endsWith("\"")) {
            return value;
        }
        StringBuilder text = new StringBuilder(value.length());
        for (int i = 1; i < value.length() - 1; i++) {
            char c = value.charAt(i);
            text.append(c == '\\' && i + 1 < value.length() - 1 ? value.charAt(++i) : c);
        }
        return text.toString();
    }
}

package dev.fanfare.contract.event;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.UTF8StreamJsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads events from JSON without reading their data: the bytes of {@code data} are cut out as they stand.
 *
 * <pre>
 * {"type":"order.created","data": {"total": 1.50}}
 *   attributes ─┘                 └──────┬──────┘ these bytes, unparsed, are the webhook's body
 * </pre>
 */
public final class EventJson {
    /** The media type of one structured CloudEvent (CloudEvents JSON format, section 3). */
    public static final String STRUCTURED_MEDIA_TYPE = "application/cloudevents+json";

    private static final String JSON_MEDIA_TYPE = "application/json";
    private static final Set<String> ENVELOPE_MEMBERS =
            Set.of(Event.ID, Event.TYPE, Event.SOURCE, Event.SUBJECT, Event.TIME, Event.PARTITION_KEY);
    /** What only extensions may be is a number or a boolean (CloudEvents type system). */
    private static final Set<String> STRINGS = Set.of(
            "specversion",
            "datacontenttype",
            "data_base64",
            Event.ID,
            Event.TYPE,
            Event.SOURCE,
            Event.SUBJECT,
            Event.TIME,
            Event.DATA_SCHEMA,
            Event.PARTITION_KEY,
            Event.TENANT);

    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            // the names inside the data are strangers' and never the same: not for the JVM's table of strings
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(200)
                    .maxNameLength(1_024)
                    .maxStringLength(16 * 1024 * 1024)
                    .build())
            .build();

    private EventJson() {}

    /**
     * Reads our own envelope: {@code {type, data, id?, source?, subject?, time?, partitionkey?}}. Other members are
     * refused. The data is always JSON, also where it is a string.
     *
     * @throws InvalidEvent where the JSON is malformed or a member is unknown or of the wrong type; the rules of
     *                      {@link EventRules} are not yet checked
     */
    public static Event readEnvelope(byte[] json) throws InvalidEvent {
        Members members = read(json, ENVELOPE_MEMBERS);
        if (members.data == null) {
            throw new InvalidEvent("data", "is required: the JSON value that subscribers get as the body");
        }
        return new Event(members.attributes, JSON_MEDIA_TYPE, members.data.bytes(json));
    }

    /**
     * Reads a structured CloudEvent (CloudEvents JSON format 1.0, section 3). JSON data keeps its bytes; where
     * {@code datacontenttype} isn't JSON and {@code data} is a string, the data is that string's text (section 3.1.1);
     * {@code data_base64} is decoded.
     *
     * @throws InvalidEvent as {@link #readEnvelope}
     */
    public static Event readStructured(byte[] json) throws InvalidEvent {
        Members members = read(json, null);
        String version = members.attributes.remove("specversion");
        if (!"1.0".equals(version)) {
            throw new InvalidEvent(
                    "specversion",
                    version == null ? "is required: \"1.0\"" : "'" + version + "' is not known: use 1.0");
        }
        String contentType = members.attributes.remove("datacontenttype");
        if (members.base64 != null) {
            if (members.data != null) {
                throw new InvalidEvent("data_base64", "can't stand beside 'data': send one of the two");
            }
            return new Event(members.attributes, contentType, decode(members.base64));
        }
        if (members.data == null) {
            return new Event(members.attributes, contentType, new byte[0]);
        }
        if (contentType == null) {
            contentType = JSON_MEDIA_TYPE;
        }
        if (members.data.text != null && !isJson(contentType)) {
            return new Event(members.attributes, contentType, members.data.text.getBytes(StandardCharsets.UTF_8));
        }
        return new Event(members.attributes, contentType, members.data.bytes(json));
    }

    /** Whether a media type's data is JSON: {@code application/json}, {@code text/json} or any {@code +json}. */
    public static boolean isJson(String contentType) {
        int end = contentType.indexOf(';');
        String type =
                (end < 0 ? contentType : contentType.substring(0, end)).strip().toLowerCase(Locale.ROOT);
        return type.endsWith("/json") || type.endsWith("+json");
    }

    private static byte[] decode(String base64) throws InvalidEvent {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw new InvalidEvent("data_base64", "is not Base64 (RFC 4648, section 4)");
        }
    }

    private static Members read(byte[] json, @Nullable Set<String> allowed) throws InvalidEvent {
        int fault = Utf8.firstFault(json);
        if (fault >= 0) {
            throw new InvalidEvent("body", "is not UTF-8 (RFC 8259, section 8.1) at byte " + fault);
        }
        try (JsonParser parser = JSON.createParser(json)) {
            if (!(parser instanceof UTF8StreamJsonParser)) {
                throw new InvalidEvent("body", "is UTF-16 or UTF-32: JSON is read as UTF-8 (RFC 8259, section 8.1)");
            }
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new InvalidEvent("body", "must be one JSON object");
            }
            Members members = new Members();
            for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
                JsonToken token = parser.nextToken();
                if (name.equals("data")) {
                    members.data = Slice.of(parser, token);
                } else if (allowed != null && !allowed.contains(name)) {
                    throw new InvalidEvent(
                            name,
                            "is not a member of an event: use type, data, id, source, subject, time, partitionkey; or send"
                                    + " a CloudEvent (" + STRUCTURED_MEDIA_TYPE + ") to add attributes");
                } else if (name.equals("data_base64")) {
                    members.base64 = scalar(name, parser, token);
                } else if (token != JsonToken.VALUE_NULL) {
                    members.attributes.put(name, scalar(name, parser, token));
                }
            }
            if (parser.nextToken() != null) {
                throw new InvalidEvent("body", "goes on after the end of the JSON object");
            }
            return members;
        } catch (JsonProcessingException e) {
            JsonLocation at = e.getLocation();
            throw new InvalidEvent(
                    "body",
                    "is not valid JSON: " + e.getOriginalMessage()
                            + (at == null ? "" : " (line " + at.getLineNr() + ", column " + at.getColumnNr() + ")"));
        } catch (IOException e) {
            throw new InvalidEvent("body", "can't be read as UTF-8 JSON: " + e.getMessage());
        }
    }

    private static String scalar(String name, JsonParser parser, JsonToken token) throws IOException, InvalidEvent {
        return switch (token) {
            case VALUE_STRING -> parser.getText();
            case VALUE_NUMBER_INT, VALUE_TRUE, VALUE_FALSE -> {
                if (STRINGS.contains(name)) {
                    throw new InvalidEvent(name, "must be a string");
                }
                yield parser.getText();
            }
            default -> throw new InvalidEvent(name, "must be a string");
        };
    }

    private static final class Members {
        final Map<String, String> attributes = new LinkedHashMap<>();

        @Nullable Slice data;

        @Nullable String base64;
    }

    /** Where the data stands in the JSON; its text too where it is a string. */
    private record Slice(int from, int to, @Nullable String text) {
        static Slice of(JsonParser parser, JsonToken token) throws IOException {
            int from = (int) parser.currentTokenLocation().getByteOffset();
            String text = token == JsonToken.VALUE_STRING ? parser.getText() : null;
            if (token.isStructStart()) {
                parser.skipChildren();
            } else {
                parser.finishToken();
            }
            return new Slice(from, (int) parser.currentLocation().getByteOffset(), text);
        }

        byte[] bytes(byte[] json) {
            return Arrays.copyOfRange(json, from, to);
        }
    }
}

package dev.fanfare.contract.event;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.UTF8StreamJsonParser;
import dev.fanfare.contract.problem.Problem;
import dev.fanfare.contract.problem.Problem.FieldError;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
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

    /** The media type of a batch of them (CloudEvents JSON format, section 4). */
    public static final String BATCH_MEDIA_TYPE = "application/cloudevents-batch+json";

    /** The media type of data that is JSON, where nobody says more. */
    static final String JSON_MEDIA_TYPE = "application/json";

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

    /** What is done with each event of a batch once it is read. */
    @FunctionalInterface
    public interface Step<T> {
        /** Takes the event on, or refuses it. */
        T apply(Event event) throws InvalidEvent;
    }

    /** How an event is read from the object that the parser has entered. */
    @FunctionalInterface
    private interface Reading {
        Event read(JsonParser parser, byte[] json) throws IOException, InvalidEvent;
    }

    /** What is read from a whole body. */
    @FunctionalInterface
    private interface Document<T> {
        T read(JsonParser parser) throws IOException, InvalidEvent;
    }

    private EventJson() {}

    /**
     * Reads our own envelope: {@code {type, data, id?, source?, subject?, time?, partitionkey?}}. Other members are
     * refused. The data is always JSON, also where it is a string.
     *
     * @throws InvalidEvent where the JSON is malformed or a member is unknown or of the wrong type; the rules of
     *                      {@link EventRules} are not yet checked
     */
    public static Event readEnvelope(byte[] json) throws InvalidEvent {
        return readOne(json, EventJson::envelope);
    }

    /**
     * Reads an array of such envelopes, whole: nothing is returned where one of them is wrong.
     *
     * @param most how many there may be
     * @param each what is done with each event; what it refuses is told with the rest
     * @throws InvalidEvent where the JSON is malformed, or naming the faults of all events by JSON Pointers (RFC 6901)
     *                      such as {@code /3/type}, {@value Problem#MAX_ERRORS} at the most
     */
    public static <T> List<T> readEnvelopes(byte[] json, int most, Step<T> each) throws InvalidEvent, TooManyEvents {
        return readAll(json, most, EventJson::envelope, each);
    }

    /**
     * Reads a structured CloudEvent (CloudEvents JSON format 1.0, section 3). JSON data keeps its bytes; where
     * {@code datacontenttype} isn't JSON and {@code data} is a string, the data is that string's text (section 3.1.1);
     * {@code data_base64} is decoded.
     *
     * @throws InvalidEvent as {@link #readEnvelope}
     */
    public static Event readStructured(byte[] json) throws InvalidEvent {
        return readOne(json, EventJson::structured);
    }

    /** Reads a batch of structured CloudEvents (CloudEvents JSON format, section 4), as {@link #readEnvelopes}. */
    public static <T> List<T> readStructuredBatch(byte[] json, int most, Step<T> each)
            throws InvalidEvent, TooManyEvents {
        return readAll(json, most, EventJson::structured, each);
    }

    private static Event envelope(JsonParser parser, byte[] json) throws IOException, InvalidEvent {
        Members members = members(parser, ENVELOPE_MEMBERS);
        if (members.data == null) {
            throw new InvalidEvent("data", "is required: the JSON value that subscribers get as the body");
        }
        return new Event(members.attributes.build(), JSON_MEDIA_TYPE, members.data.bytes(json));
    }

    private static Event structured(JsonParser parser, byte[] json) throws IOException, InvalidEvent {
        Members members = members(parser, null);
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
            return new Event(members.attributes.build(), contentType, decode(members.base64));
        }
        if (members.data == null) {
            return new Event(members.attributes.build(), contentType, new byte[0]);
        }
        if (contentType == null) {
            contentType = JSON_MEDIA_TYPE;
        }
        if (members.data.text != null && !isJson(contentType)) {
            return new Event(
                    members.attributes.build(), contentType, members.data.text.getBytes(StandardCharsets.UTF_8));
        }
        return new Event(members.attributes.build(), contentType, members.data.bytes(json));
    }

    /** Whether what stands there begins as a JSON array. */
    public static boolean isArray(byte[] json) {
        int at = json.length >= 3 && json[0] == (byte) 0xEF ? 3 : 0; // a byte order mark is stepped over
        while (at < json.length && (json[at] == ' ' || json[at] == '\t' || json[at] == '\n' || json[at] == '\r')) {
            at++;
        }
        return at < json.length && json[at] == '[';
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

    /** Reads one object and nothing after it. */
    private static Event readOne(byte[] json, Reading reading) throws InvalidEvent {
        return parse(json, parser -> {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new InvalidEvent("body", "must be one JSON object");
            }
            return reading.read(parser, json);
        });
    }

    private static <T> List<T> readAll(byte[] json, int most, Reading reading, Step<T> each)
            throws InvalidEvent, TooManyEvents {
        List<T> all = new ArrayList<>();
        List<FieldError> errors = new ArrayList<>();
        int count = parse(json, parser -> {
            if (parser.nextToken() != JsonToken.START_ARRAY) {
                throw new InvalidEvent("body", "must be one JSON array of events");
            }
            JsonStreamContext array = parser.getParsingContext();
            int index = 0;
            for (; parser.nextToken() != JsonToken.END_ARRAY; index++) {
                if (index >= most) {
                    parser.skipChildren();
                    continue;
                }
                try {
                    if (parser.currentToken() != JsonToken.START_OBJECT) {
                        throw new InvalidEvent("", "must be a JSON object");
                    }
                    all.add(each.apply(reading.read(parser, json)));
                } catch (InvalidEvent e) {
                    errors.addAll(e.at(index).errors());
                    if (errors.size() >= Problem.MAX_ERRORS) {
                        throw new InvalidEvent(errors);
                    }
                    skipToEndOfElement(parser, array);
                }
            }
            return index;
        });
        if (count > most) {
            throw new TooManyEvents(count, most);
        }
        if (!errors.isEmpty()) {
            throw new InvalidEvent(errors);
        }
        return all;
    }

    /** From anywhere in an element of the array, or at its end already. */
    private static void skipToEndOfElement(JsonParser parser, JsonStreamContext array) throws IOException {
        while (parser.getParsingContext() != array) {
            if (parser.nextToken() == null) {
                return;
            }
        }
    }

    private static <T> T parse(byte[] json, Document<T> document) throws InvalidEvent {
        int fault = Utf8.firstFault(json);
        if (fault >= 0) {
            throw new InvalidEvent("body", "is not UTF-8 (RFC 8259, section 8.1) at byte " + fault);
        }
        try (JsonParser parser = JSON.createParser(json)) {
            if (!(parser instanceof UTF8StreamJsonParser)) {
                throw new InvalidEvent("body", "is UTF-16 or UTF-32: JSON is read as UTF-8 (RFC 8259, section 8.1)");
            }
            T read = document.read(parser);
            if (parser.nextToken() != null) {
                throw new InvalidEvent("body", "goes on after the end of the JSON");
            }
            return read;
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

    /** The members of the object that the parser has entered. */
    private static Members members(JsonParser parser, @Nullable Set<String> allowed) throws IOException, InvalidEvent {
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
            } else if (token == JsonToken.VALUE_NULL) {
                continue; // as if it were absent (JSON format, section 2.4)
            } else if (name.equals("data_base64")) {
                members.base64 = scalar(name, parser, token);
            } else {
                members.attributes.add(name, scalar(name, parser, token)); // the parser refuses a second one
            }
        }
        return members;
    }

    private static String scalar(String name, JsonParser parser, JsonToken token) throws IOException, InvalidEvent {
        return switch (token) {
            case VALUE_STRING -> parser.getText();
            case VALUE_NUMBER_INT, VALUE_TRUE, VALUE_FALSE -> {
                if (STRINGS.contains(name)) {
                    throw new InvalidEvent(name, "must be a string");
                }
                if (token == JsonToken.VALUE_NUMBER_INT && parser.getNumberType() != JsonParser.NumberType.INT) {
                    throw new InvalidEvent(
                            name,
                            "is beyond the whole numbers of CloudEvents (32 bits with a sign): send it as a string");
                }
                yield parser.getText();
            }
            default -> throw new InvalidEvent(name, "must be a string");
        };
    }

    private static final class Members {
        final Attributes.Builder attributes = new Attributes.Builder();

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

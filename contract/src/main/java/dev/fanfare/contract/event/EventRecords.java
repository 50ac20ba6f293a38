package dev.fanfare.contract.event;

import dev.fanfare.contract.InvalidRecord;
import dev.fanfare.contract.RecordHeaders;
import dev.fanfare.contract.UndecodableRecord;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.jspecify.annotations.Nullable;

/**
 * Events on {@code fanfare.events}: the CloudEvents Kafka protocol binding (1.0.2), binary as we write it, structured
 * accepted too. An attribute {@code x} is the header {@code ce_x}; the data's media type is {@code content-type}.
 */
public final class EventRecords {
    /** What stands before an attribute's name in a header (Kafka binding, section 3.2.3.1). */
    public static final String ATTRIBUTE_PREFIX = "ce_";

    public static final String CONTENT_TYPE = "content-type";
    /** W3C Trace Context, handed through untouched. */
    public static final String TRACEPARENT = "traceparent";

    public static final String TRACESTATE = "tracestate";
    /**
     * {@value #DEDUPLICATE_NO}: the router doesn't look whether it has routed this event before, and doesn't remember it.
     * For ids that can't come twice, since the ingest service minted them, and for whoever sends an event again on
     * purpose.
     */
    public static final String DEDUPLICATE = "fanfare-deduplicate";

    /** The one value of {@link #DEDUPLICATE} that means something. */
    public static final String DEDUPLICATE_NO = "no";

    /**
     * {@value #CHECKED_YES}: what there is to check of the event was checked before it was produced, so the router doesn't
     * hold it to its tenant's event types. The ingest service says so of all that it accepts.
     */
    public static final String CHECKED = "fanfare-checked";

    /** The one value of {@link #CHECKED} that means something. */
    public static final String CHECKED_YES = "yes";

    private static final String SPEC_VERSION = ATTRIBUTE_PREFIX + "specversion";
    /** The headers of the attributes that nearly every event has, so that their names needn't be made for each. */
    private static final Map<String, String> KNOWN_HEADERS = Stream.of(
                    Event.ID,
                    Event.TYPE,
                    Event.SOURCE,
                    Event.SUBJECT,
                    Event.TIME,
                    Event.DATA_SCHEMA,
                    Event.PARTITION_KEY,
                    Event.TENANT)
            .collect(Collectors.toUnmodifiableMap(name -> name, name -> ATTRIBUTE_PREFIX + name));

    /** Headers that are the same in every record: nobody changes them. */
    private static final Header VERSION_1 = always(SPEC_VERSION, "1.0");

    private static final Header JSON = always(CONTENT_TYPE, EventJson.JSON_MEDIA_TYPE);
    private static final Header NOT_DEDUPLICATED = always(DEDUPLICATE, DEDUPLICATE_NO);
    private static final Header IS_CHECKED = always(CHECKED, CHECKED_YES);

    private EventRecords() {}

    private static Header always(String name, String value) {
        return new RecordHeader(name, value.getBytes(StandardCharsets.UTF_8));
    }

    /** Writes the headers of binary mode; the record's value is {@link Event#data()} as it is. */
    public static void writeHeaders(Event event, Headers headers) {
        headers.add(VERSION_1);
        event.attributes().forEach((name, value) -> headers.add(header(name), value.getBytes(StandardCharsets.UTF_8)));
        String contentType = event.contentType();
        if (contentType != null) {
            headers.add(contentType.equals(EventJson.JSON_MEDIA_TYPE) ? JSON : always(CONTENT_TYPE, contentType));
        }
    }

    /** Says that what there is to check was checked; see {@link #CHECKED}. */
    public static void writeChecked(Headers headers) {
        headers.add(IS_CHECKED);
    }

    /** Says that the id can't come twice; see {@link #DEDUPLICATE}. */
    public static void writeNotDeduplicated(Headers headers) {
        headers.add(NOT_DEDUPLICATED);
    }

    /**
     * Reads an event from a record and checks the rules.
     *
     * @param defaultTenant whose it is where {@code ce_tenant} is absent
     * @throws UndecodableRecord where it isn't a CloudEvent
     * @throws InvalidRecord     where it is one that breaks a rule of {@link EventRules}
     */
    public static Event read(Headers headers, byte @Nullable [] value, String defaultTenant) throws UndecodableRecord {
        Event event = readUnchecked(headers, value == null ? new byte[0] : value);
        if (event.tenant() == null) {
            event = event.with(Event.TENANT, defaultTenant);
        }
        try {
            EventRules.check(event);
            return event;
        } catch (InvalidEvent e) {
            throw new InvalidRecord(String.valueOf(e.getMessage()));
        }
    }

    private static Event readUnchecked(Headers headers, byte[] data) throws UndecodableRecord {
        String contentType = RecordHeaders.text(headers, CONTENT_TYPE);
        if (contentType == null || !isStructured(contentType)) {
            return readBinary(headers, contentType, data);
        }
        try {
            return EventJson.readStructured(data);
        } catch (InvalidEvent e) {
            throw new UndecodableRecord(String.valueOf(e.getMessage()));
        }
    }

    /**
     * Reads an event that was written by {@link #writeHeaders}: it is binary whatever its media type is, and was checked.
     *
     * @throws UndecodableRecord where it isn't one
     */
    public static Event readWritten(Headers headers, byte @Nullable [] value) throws UndecodableRecord {
        return readBinary(headers, RecordHeaders.text(headers, CONTENT_TYPE), value == null ? new byte[0] : value);
    }

    /** Whether the event is to be dropped if it was routed before. */
    public static boolean isDeduplicated(Headers headers) {
        return !DEDUPLICATE_NO.equals(RecordHeaders.text(headers, DEDUPLICATE));
    }

    /** Whether it was checked before it was produced; see {@link #CHECKED}. */
    public static boolean isChecked(Headers headers) {
        return CHECKED_YES.equals(RecordHeaders.text(headers, CHECKED));
    }

    private static String header(String attribute) {
        String known = KNOWN_HEADERS.get(attribute);
        return known == null ? ATTRIBUTE_PREFIX + attribute : known;
    }

    /** Whether what has this media type is an event as a whole, attributes included (Kafka binding, section 3). */
    static boolean isStructured(String contentType) {
        return contentType.strip().toLowerCase(Locale.ROOT).startsWith("application/cloudevents");
    }

    private static Event readBinary(Headers headers, @Nullable String contentType, byte[] data)
            throws UndecodableRecord {
        String version = RecordHeaders.text(headers, SPEC_VERSION);
        if (version == null) {
            throw new UndecodableRecord(
                    "not a CloudEvent: header '" + SPEC_VERSION + "' is missing, and content-type is "
                            + (contentType == null ? "absent" : "'" + contentType + "'"));
        }
        if (!version.equals("1.0")) {
            throw new UndecodableRecord("CloudEvents version '" + version + "' is not known: use 1.0");
        }
        Map<String, String> attributes = new LinkedHashMap<>();
        for (Header header : headers) {
            if (header.key().startsWith(ATTRIBUTE_PREFIX) && !header.key().equals(SPEC_VERSION)) {
                String text = header.value() == null ? "" : new String(header.value(), StandardCharsets.UTF_8);
                attributes.put(header.key().substring(ATTRIBUTE_PREFIX.length()), text);
            }
        }
        return new Event(attributes, contentType, data);
    }
}

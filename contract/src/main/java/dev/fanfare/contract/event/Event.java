package dev.fanfare.contract.event;

import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A CloudEvent (1.0) as Fanfare handles it: its attributes as text, its data as bytes that nobody touches.
 *
 * @param attributes  context attributes and extensions by their CloudEvents names, {@code specversion} and
 *                    {@code datacontenttype} left out (they are implied by us and by {@code contentType})
 * @param contentType the media type of the data; null where there is none
 * @param data        the data's bytes, owned by the event; empty where the event has none
 */
public record Event(Attributes attributes, @Nullable String contentType, byte[] data) {
    public static final String ID = "id";
    public static final String TYPE = "type";
    public static final String SOURCE = "source";
    public static final String SUBJECT = "subject";
    public static final String TIME = "time";
    public static final String DATA_SCHEMA = "dataschema";
    /** Extension: what is ordered together on the events topic (CloudEvents partitioning extension). */
    public static final String PARTITION_KEY = "partitionkey";
    /** Extension: whose event it is. */
    public static final String TENANT = "tenant";

    /** With the attributes that the map has now. */
    public Event(Map<String, String> attributes, @Nullable String contentType, byte[] data) {
        this(Attributes.of(attributes), contentType, data);
    }

    /** The id; unique within the source. Empty string only in an event that {@link EventRules} has not seen. */
    public String id() {
        return attributes.getOrDefault(ID, "");
    }

    public String type() {
        return attributes.getOrDefault(TYPE, "");
    }

    public String source() {
        return attributes.getOrDefault(SOURCE, "");
    }

    public @Nullable String tenant() {
        return attributes.get(TENANT);
    }

    /** The key on the events topic: the partition key if there is one, else the id. */
    public String recordKey() {
        return Objects.requireNonNullElseGet(attributes.get(PARTITION_KEY), this::id);
    }

    /** The same event with one attribute set. */
    public Event with(String name, String value) {
        return new Event(attributes.change().set(name, value).build(), contentType, data);
    }

    @Override
    public String toString() {
        return "Event" + attributes;
    }
}

package dev.fanfare.control.console;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fanfare.contract.Json;
import dev.fanfare.contract.catalog.EventType;
import dev.fanfare.contract.catalog.EventType.Deprecation;
import dev.fanfare.contract.catalog.EventType.Version;
import dev.fanfare.control.http.JsonBody;
import io.vertx.core.MultiMap;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What the forms of an event type hold, as it was typed.
 *
 * @param notice  that it will go; empty: it won't
 * @param ends    the day on which it goes; empty: not known
 * @param number  of a new version
 * @param schema  of a new version, as JSON
 * @param example of a new version, as JSON; empty: none
 */
public record EventTypeForm(
        String name, String description, String notice, String ends, int number, String schema, String example) {
    static final EventTypeForm EMPTY = new EventTypeForm("", "", "", "", 1, "", "");

    static EventTypeForm of(MultiMap fields) {
        return new EventTypeForm(
                field(fields, "name"),
                field(fields, "description"),
                field(fields, "notice"),
                field(fields, "ends"),
                number(field(fields, "number")),
                field(fields, "schema"),
                field(fields, "example"));
    }

    /** As a type is now, with its newest version as the next one's beginning. */
    static EventTypeForm of(EventType type) {
        Version newest = type.newest();
        return new EventTypeForm(
                type.name(),
                Objects.requireNonNullElse(type.description(), ""),
                notice(type.deprecation()),
                ends(type.deprecation()),
                newest == null ? 1 : newest.version() + 1,
                newest == null
                        ? "{\n  \"type\" : \"object\"\n}"
                        : newest.schema().toPrettyString(),
                newest == null || newest.example() == null
                        ? ""
                        : newest.example().toPrettyString());
    }

    /** With a version as it was typed. */
    EventTypeForm withVersion(EventTypeForm typed) {
        return new EventTypeForm(name, description, notice, ends, typed.number, typed.schema, typed.example);
    }

    /** Whether something was typed. */
    public boolean isBegun() {
        return !(name.isEmpty() && description.isEmpty());
    }

    /** As the API takes a type. */
    ObjectNode type() {
        ObjectNode body = deprecation();
        return description.isEmpty() ? body : body.put("description", description);
    }

    /** As the API takes a version. */
    ObjectNode version() {
        ObjectNode body = Json.TOPIC.createObjectNode().put("version", number);
        body.set("schema", JsonBody.read(schema, "schema"));
        if (!example.isEmpty()) {
            body.set("example", JsonBody.read(example, "example"));
        }
        return body;
    }

    /** With that it will go, where that was typed. */
    ObjectNode deprecation() {
        ObjectNode body = Json.TOPIC.createObjectNode();
        if (!notice.isEmpty() || !ends.isEmpty()) {
            ObjectNode deprecation = body.putObject("deprecation").put("notice", notice);
            if (!ends.isEmpty()) {
                deprecation.put("endsAt", ends + "T00:00:00Z");
            }
        }
        return body;
    }

    /** What is none becomes 0, which is no version. */
    static int number(String text) {
        return text.matches("\\d{1,6}") ? Integer.parseInt(text) : 0;
    }

    static String notice(@Nullable Deprecation going) {
        return going == null ? "" : going.notice();
    }

    /** As a field for days takes it. */
    static String ends(@Nullable Deprecation going) {
        Long ends = going == null ? null : going.endsAtMillis();
        return ends == null
                ? ""
                : Instant.ofEpochMilli(ends)
                        .atZone(ZoneOffset.UTC)
                        .toLocalDate()
                        .toString();
    }

    private static String field(MultiMap fields, String name) {
        String text = ConsoleActions.text(fields, name);
        return text == null ? "" : text;
    }
}

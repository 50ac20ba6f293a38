package dev.fanfare.control.catalog;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fanfare.contract.catalog.EventType;
import dev.fanfare.contract.catalog.EventType.Deprecation;
import dev.fanfare.contract.catalog.EventType.Version;
import dev.fanfare.contract.problem.Problem.FieldError;
import dev.fanfare.control.http.JsonBody;
import dev.fanfare.control.http.Members;
import dev.fanfare.runtime.catalog.DataSchema;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads event types and their versions, and tells every fault at once. Immutable. */
final class EventTypeReader {
    static final String WHAT = "event type";

    private static final int MAX_NOTICE_LENGTH = 1_024;
    /** As an event's data; records and answers nest it deeper yet. */
    private static final int MOST_DEEP = 200;

    /** The last three are ours, and read over. */
    private static final Set<String> OF_TYPE =
            Set.of("name", "description", "deprecation", "versions", "createdAt", "updatedAt");
    /** The last is ours, and read over. */
    private static final Set<String> OF_VERSION = Set.of("version", "schema", "example", "deprecation", "createdAt");

    private EventTypeReader() {}

    /** A type without versions. */
    static EventType readType(JsonNode body, String tenant, String name, long nowMillis) {
        List<FieldError> faults = new ArrayList<>();
        Members members = members(body, faults);
        members.refuseOthers(
                OF_TYPE, member -> member.equals("schema") ? "belongs to a version: PUT it to …/versions/1" : null);
        if (!EventType.isValidName(name)) {
            members.fault("name", "must be " + EventType.NAME_RULE);
        }
        String given = members.text("name", MAX_NOTICE_LENGTH);
        if (given != null && !given.equals(name)) {
            members.fault("name", "is not the name of the path, '" + name + "': a name can't be changed");
        }
        String description = members.text("description", TenantRoutes.MAX_TEXT_LENGTH);
        Deprecation deprecation = readDeprecation(members);
        check(faults);
        return new EventType(tenant, name, description, deprecation, List.of(), nowMillis, nowMillis);
    }

    /** A version; may take some milliseconds. */
    static Version readVersion(JsonNode body, int number, long nowMillis) {
        List<FieldError> faults = new ArrayList<>();
        Members members = members(body, faults);
        members.refuseOthers(OF_VERSION, member -> null);
        Integer given = members.integer("version", 1, EventTypeRoutes.MOST_VERSIONS);
        if (given != null && given != number) {
            members.fault("version", "is not the version of the path, " + number);
        }
        JsonNode schema = keepable(members, "schema");
        JsonNode example = keepable(members, "example");
        Deprecation deprecation = readDeprecation(members);
        if (!members.has("schema")) {
            members.fault("schema", "is required: a JSON Schema (2020-12) of the data");
        } else if (schema != null) {
            List<FieldError> ofSchema = DataSchema.check(schema, "schema");
            faults.addAll(ofSchema);
            if (ofSchema.isEmpty() && example != null) {
                faults.addAll(DataSchema.compile(schema).faults(example, "example"));
            }
        }
        check(faults);
        return new Version(number, Objects.requireNonNull(schema), example, deprecation, nowMillis);
    }

    /** Of a body with the member {@code deprecation} alone. */
    static @Nullable Deprecation readDeprecation(JsonNode body) {
        List<FieldError> faults = new ArrayList<>();
        Deprecation deprecation = readDeprecation(members(body, faults));
        check(faults);
        return deprecation;
    }

    /** Whatever stands there; null where it is absent, or would not be the same once it was written and read. */
    private static @Nullable JsonNode keepable(Members members, String name) {
        JsonNode node = members.json(name);
        String fault = node == null ? null : whyNotKept(node, 1);
        if (fault != null) {
            members.fault(name, fault);
            return null;
        }
        return node;
    }

    private static @Nullable String whyNotKept(JsonNode node, int depth) {
        if (depth > MOST_DEEP) {
            return "is nested more than " + MOST_DEEP + " deep";
        }
        if (node.isDouble() && !Double.isFinite(node.doubleValue())) {
            return "holds a number that is too large, such as 1e999";
        }
        for (JsonNode child : node) {
            String fault = whyNotKept(child, depth + 1);
            if (fault != null) {
                return fault;
            }
        }
        return null;
    }

    private static Members members(JsonNode body, List<FieldError> faults) {
        if (!(body instanceof ObjectNode object)) {
            throw JsonBody.invalid(WHAT, List.of(new FieldError("body", "must be one JSON object")));
        }
        return new Members(object, "", faults);
    }

    private static @Nullable Deprecation readDeprecation(Members members) {
        Members deprecation = members.object("deprecation");
        if (deprecation == null) {
            return null;
        }
        deprecation.refuseOthers(Set.of("notice", "endsAt"), name -> null);
        String notice = deprecation.text("notice", MAX_NOTICE_LENGTH);
        if (!deprecation.has("notice") || (notice != null && notice.isBlank())) {
            deprecation.fault("notice", "is required: what to use instead");
        }
        Long endsAt = KeyDraft.moment(deprecation, "endsAt");
        return notice == null ? null : new Deprecation(notice, endsAt);
    }

    private static void check(List<FieldError> faults) {
        if (!faults.isEmpty()) {
            throw JsonBody.invalid(WHAT, faults);
        }
    }
}

package dev.fanfare.runtime.catalog;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fanfare.contract.Json;
import dev.fanfare.contract.catalog.EventType;
import dev.fanfare.contract.catalog.EventType.Version;
import dev.fanfare.contract.catalog.Tenant;
import dev.fanfare.contract.catalog.Tenant.EventTypes;
import dev.fanfare.contract.event.Event;
import dev.fanfare.contract.event.EventJson;
import dev.fanfare.contract.problem.Problem.FieldError;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What a strict tenant's events are held to, whichever way they come: the type must be in the catalog, and the data as the
 * schema says of the version that {@code dataschema} names, else of the newest.
 *
 * <p>Answers from what is known of the catalog here and now. To check parses the data where the type has a schema, and may
 * be slow where the schema is. Safe for use by several threads.
 */
public final class EventTypeRules {
    private static final String VERSIONS = "/versions/";

    private final Catalog catalog;
    private final Map<String, Compiled> compiled = new ConcurrentHashMap<>();

    /** The schemas of one state of a type, each compiled when it is first needed. */
    private record Compiled(EventType type, Map<Integer, DataSchema> schemas) {
        Compiled(EventType type) {
            this(type, new ConcurrentHashMap<>());
        }
    }

    /** With no schema compiled yet. */
    public EventTypeRules(Catalog catalog) {
        this.catalog = catalog;
    }

    /** Whether a tenant's events are held to its event types. */
    public boolean applyTo(String tenantId) {
        Tenant tenant = catalog.tenant(tenantId);
        return tenant != null && tenant.eventTypes() == EventTypes.STRICT;
    }

    /** Whether the event's type is known here, and the version where it names one; what isn't may just be new. */
    public boolean know(String tenant, Event event) {
        EventType type = catalog.eventType(tenant, event.type());
        return type != null && (!event.attributes().containsKey(Event.DATA_SCHEMA) || version(type, event) != null);
    }

    /**
     * What is wrong with an event; empty where it is as its type says.
     *
     * @param at the JSON Pointer (RFC 6901) of the event; each fault is named by this, the member and a pointer into it
     */
    public List<FieldError> faults(String tenant, Event event, String at) {
        List<FieldError> faults = new ArrayList<>();
        check(tenant, event, at, faults);
        return faults;
    }

    private void check(String tenant, Event event, String at, List<FieldError> faults) {
        EventType type = catalog.eventType(tenant, event.type());
        if (type == null) {
            faults.add(new FieldError(
                    at + "/type",
                    "'" + event.type() + "' is not an event type of tenant '" + tenant
                            + "', which takes no others: create it, or have the tenant opened"));
            return;
        }
        Version version = version(type, event);
        if (version == null) {
            if (event.attributes().containsKey(Event.DATA_SCHEMA)) {
                faults.add(new FieldError(
                        at + "/dataschema",
                        "names no version of event type '" + type.name()
                                + "': leave it out, or end it with '/event-types/"
                                + type.name() + VERSIONS + "' and one of "
                                + type.versions().stream().map(Version::version).toList()));
            }
            return;
        }
        checkData(type, version, event, at + "/data", faults);
    }

    private void checkData(EventType type, Version version, Event event, String at, List<FieldError> faults) {
        if (event.contentType() != null && !EventJson.isJson(event.contentType())) {
            faults.add(new FieldError(
                    at,
                    "is '" + event.contentType() + "', but event type '" + type.name()
                            + "' has a JSON Schema: send JSON"));
            return;
        }
        try {
            JsonNode data = Json.STRICT.readTree(event.data());
            faults.addAll(
                    data.isMissingNode()
                            ? List.of(new FieldError(at, "is missing: event type '" + type.name() + "' has a schema"))
                            : schema(type, version).faults(data, at));
        } catch (IOException e) {
            faults.add(new FieldError(at, "is not JSON, as event type '" + type.name() + "' wants it"));
        } catch (RuntimeException | StackOverflowError e) { // another hand's schema, a fault in the library: go on
            faults.add(new FieldError(at, "can't be checked against its schema: " + e.getMessage()));
        }
    }

    private DataSchema schema(EventType type, Version version) {
        Compiled known = compiled.get(type.key());
        if (known == null || known.type() != type) {
            known = new Compiled(type);
            compiled.put(type.key(), known);
        }
        return known.schemas().computeIfAbsent(version.version(), ignored -> DataSchema.compile(version.schema()));
    }

    /** Null where there is none: the type has no schema, or {@code dataschema} names another. */
    private static @Nullable Version version(EventType type, Event event) {
        String named = event.attributes().get(Event.DATA_SCHEMA);
        if (named == null) {
            return type.newest();
        }
        for (Version version : type.versions()) {
            if (named.endsWith("/event-types/" + type.name() + VERSIONS + version.version())
                    || named.equals(version.schema().path("$id").asText(null))) {
                return version;
            }
        }
        return null;
    }
}

package dev.fanfare.control.catalog;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fanfare.contract.catalog.CatalogEntry;
import dev.fanfare.contract.catalog.EventType;
import dev.fanfare.contract.catalog.EventType.Deprecation;
import dev.fanfare.contract.catalog.EventType.Version;
import dev.fanfare.contract.problem.Problem;
import dev.fanfare.contract.problem.ProblemException;
import dev.fanfare.contract.run.Actor;
import dev.fanfare.control.catalog.CatalogWriter.Condition;
import dev.fanfare.control.catalog.CatalogWriter.Decision;
import dev.fanfare.control.table.TableWriter.Change;
import dev.fanfare.control.table.TableWriter.Outcome;
import dev.fanfare.runtime.catalog.Catalog;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Event types and their versions are created, changed and deleted here, for the API and the console alike.
 *
 * <p>A version is never changed: to put it again is harmless where it is the same (only its deprecation may differ) and
 * refused where it isn't. Numbers grow: the greatest is the newest.
 */
public final class EventTypeEdits {
    private static final Logger LOG = LoggerFactory.getLogger(EventTypeEdits.class);
    private static final int MOST_PER_TENANT = 10_000;
    /** A record holds all versions, and topics take 2 MiB. */
    private static final int MOST_BYTES = 1024 * 1024;

    private final Catalog catalog;
    private final CatalogWriter writer;
    private final Clock clock;

    /** Over the catalog and its writer, which stay the caller's. */
    public EventTypeEdits(Catalog catalog, CatalogWriter writer, Clock clock) {
        this.catalog = catalog;
        this.writer = writer;
        this.clock = clock;
    }

    /** Creates one of what the API takes as a body. */
    public CompletionStage<Outcome<CatalogEntry>> create(String tenant, String name, JsonNode body, Actor by) {
        EventType draft = EventTypeReader.readType(body, tenant, name, clock.millis());
        return submit(tenant, name, Condition.NONE, current -> {
            if (current != null) {
                throw conflict("already-exists", "there is an event type '" + name + "' already");
            }
            return create(draft, by);
        });
    }

    /** Creates one, or changes what it says besides its versions. */
    public CompletionStage<Outcome<CatalogEntry>> put(
            String tenant, String name, JsonNode body, Actor by, Condition condition) {
        EventType draft = EventTypeReader.readType(body, tenant, name, clock.millis());
        return submit(tenant, name, condition, current -> {
            if (current == null) {
                return create(draft, by);
            }
            EventType before = current.value();
            EventType changed = with(draft, before.versions(), before.createdAtMillis(), draft.updatedAtMillis());
            return with(before, before.versions(), before.createdAtMillis(), changed.updatedAtMillis())
                            .equals(changed)
                    ? new Change.Keep<>()
                    : writer.put(changed, by, "event type changed");
        });
    }

    private Change<CatalogEntry> create(EventType draft, Actor by) {
        if (catalog.eventTypes(draft.tenant()).size() >= MOST_PER_TENANT) {
            throw conflict("too-many-event-types", "there are " + MOST_PER_TENANT + " types, which is the most");
        }
        return writer.put(draft, by, "event type created");
    }

    /** Reads a version of what the API takes as a body. A schema may be slow on purpose: keep it off the event loop. */
    public Version readVersion(JsonNode body, int number) {
        return EventTypeReader.readVersion(body, number, clock.millis());
    }

    /** Adds a version, or changes the deprecation of one that is there. */
    public CompletionStage<Outcome<CatalogEntry>> putVersion(
            String tenant, String name, Version draft, Actor by, Condition condition) {
        return submit(tenant, name, condition, current -> {
            if (current == null) {
                throw unknown(tenant, name);
            }
            return change(current.value(), draft, by);
        });
    }

    /**
     * Says that a version will go, or that it won't.
     *
     * @param body with the member {@code deprecation}, as the API takes it; without one it won't
     */
    public CompletionStage<Outcome<CatalogEntry>> deprecate(
            String tenant, String name, int number, JsonNode body, Actor by) {
        Deprecation deprecation = EventTypeReader.readDeprecation(body);
        return submit(tenant, name, Condition.NONE, current -> {
            if (current == null) {
                throw unknown(tenant, name);
            }
            Version version = current.value().version(number);
            if (version == null) {
                throw unknownVersion(name, number);
            }
            return change(current.value(), version.with(deprecation), by);
        });
    }

    private Change<CatalogEntry> change(EventType type, Version draft, Actor by) {
        Version before = type.version(draft.version());
        List<Version> versions = new ArrayList<>(type.versions());
        if (before == null) {
            Version newest = type.newest();
            if (newest != null && newest.version() > draft.version()) {
                throw conflict(
                        "version-out-of-order",
                        "version " + newest.version() + " is there already: a new one must have a greater number");
            }
            versions.add(draft);
        } else if (before.schema().equals(draft.schema()) && Objects.equals(before.example(), draft.example())) {
            if (Objects.equals(before.deprecation(), draft.deprecation())) {
                return new Change.Keep<>();
            }
            versions.set(versions.indexOf(before), before.with(draft.deprecation()));
        } else {
            throw conflict(
                    "version-fixed",
                    "version " + draft.version() + " of '" + type.name()
                            + "' is there with another schema or example, and is never changed: PUT another version");
        }
        EventType changed = with(type, versions, type.createdAtMillis(), clock.millis());
        if (changed.toJson().length > MOST_BYTES) {
            throw conflict("too-large", "with this version the type would be larger than 1 MiB: create another type");
        }
        return writer.put(
                changed, by, "event type version " + draft.version() + (before == null ? " created" : " changed"));
    }

    /** Deletes one, with its versions. */
    public CompletionStage<Outcome<CatalogEntry>> delete(String tenant, String name, Actor by, Condition condition) {
        return writer.submit(EventType.key(tenant, name), EventType.class, condition, current -> {
                    if (current == null) {
                        throw unknown(tenant, name);
                    }
                    return writer.remove(current.value().key(), List.of(), by, "event type deleted");
                })
                .thenApply(outcome -> {
                    LOG.info("event type deleted key={}", EventType.key(tenant, name));
                    return outcome;
                });
    }

    private CompletionStage<Outcome<CatalogEntry>> submit(
            String tenant, String name, Condition condition, Decision<EventType> decision) {
        return writer.submit(EventType.key(tenant, name), EventType.class, condition, decision)
                .thenApply(outcome -> {
                    LOG.info("event type written key={}", EventType.key(tenant, name));
                    return outcome;
                });
    }

    private static EventType with(EventType type, List<Version> versions, long createdAtMillis, long updatedAtMillis) {
        return new EventType(
                type.tenant(),
                type.name(),
                type.description(),
                type.deprecation(),
                versions,
                createdAtMillis,
                updatedAtMillis);
    }

    private static ProblemException conflict(String kind, String detail) {
        return new ProblemException(Problem.of(409, kind, "Conflict", detail));
    }

    /** A 404, to be thrown. */
    public static ProblemException unknown(String tenant, String name) {
        return new ProblemException(Problem.of(
                404,
                "unknown-event-type",
                "Unknown event type",
                "tenant '" + tenant + "' has no event type '" + name + "'"));
    }

    static ProblemException unknownVersion(String name, @Nullable Object number) {
        return new ProblemException(Problem.of(
                404, "unknown-version", "Unknown version", "event type '" + name + "' has no version " + number));
    }
}

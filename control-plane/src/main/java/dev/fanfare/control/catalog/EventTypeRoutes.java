package dev.fanfare.control.catalog;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fanfare.contract.catalog.CatalogEntry;
import dev.fanfare.contract.catalog.EventType;
import dev.fanfare.contract.catalog.EventType.Version;
import dev.fanfare.contract.problem.Problem;
import dev.fanfare.contract.problem.Problem.FieldError;
import dev.fanfare.contract.problem.ProblemException;
import dev.fanfare.contract.run.Actor;
import dev.fanfare.control.catalog.CatalogWriter.Condition;
import dev.fanfare.control.catalog.CatalogWriter.Decision;
import dev.fanfare.control.catalog.EventTypeView.VersionView;
import dev.fanfare.control.http.Answers;
import dev.fanfare.control.http.JsonBody;
import dev.fanfare.control.http.Paging;
import dev.fanfare.control.table.TableWriter.Change;
import dev.fanfare.control.table.TableWriter.Outcome;
import dev.fanfare.runtime.catalog.Catalog;
import dev.fanfare.runtime.http.Caller;
import dev.fanfare.runtime.kafka.CompactedTable.Row;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import io.vertx.ext.web.handler.SecurityPolicyHandler;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code /v1/tenants/{tenant}/event-types}: types, and under each the versions of its schema.
 *
 * <p>A version is never changed: to {@code PUT} it again is harmless where it is the same (only its deprecation may
 * differ) and refused where it isn't. Numbers grow: the greatest is the newest.
 */
public final class EventTypeRoutes {
    static final int MOST_VERSIONS = 10_000;

    private static final Logger LOG = LoggerFactory.getLogger(EventTypeRoutes.class);
    private static final String ALL = TenantRoutes.ONE + "/event-types";
    private static final String ONE = ALL + "/:name";
    private static final String VERSION = ONE + "/versions/:version";
    private static final int MOST_PER_TENANT = 10_000;
    /** A record holds all versions, and topics take 2 MiB. */
    private static final int MOST_BYTES = 1024 * 1024;

    private final Catalog catalog;
    private final CatalogWriter writer;
    private final Clock clock;

    /** Over the catalog and its writer, which stay the caller's. */
    public EventTypeRoutes(Catalog catalog, CatalogWriter writer, Clock clock) {
        this.catalog = catalog;
        this.writer = writer;
        this.clock = clock;
    }

    /** Mounts the routes, each behind the guard. */
    public void mount(Router router, SecurityPolicyHandler guard) {
        BodyHandler body = BodyHandler.create(false).setBodyLimit(TenantRoutes.MAX_BODY_BYTES);
        router.get(ALL).handler(guard).handler(this::list);
        router.get(ONE).handler(guard).handler(this::get);
        router.put(ONE).handler(guard).handler(body).handler(this::put);
        router.delete(ONE).handler(guard).handler(this::delete);
        router.get(VERSION).handler(guard).handler(this::getVersion);
        router.put(VERSION).handler(guard).handler(body).handler(this::putVersion);
    }

    private void list(RoutingContext context) {
        Paging paging = Paging.of(context, EventType::isValidName);
        List<EventType> found =
                catalog.eventTypes(context.pathParam("tenant")).tailMap(paging.after(), false).values().stream()
                        .limit(paging.wanted())
                        .toList();
        Answers.json(context, 200, paging.page(found, EventType::name, EventTypeView::of));
    }

    private void get(RoutingContext context) {
        Row<EventType> row = find(context);
        if (!Answers.isKnown(context, row)) {
            answer(context, 200, row);
        }
    }

    private Row<EventType> find(RoutingContext context) {
        Row<EventType> row = CatalogWriter.row(catalog.table().get(path(context)), EventType.class);
        if (row == null) {
            throw unknown(context);
        }
        return row;
    }

    private void put(RoutingContext context) {
        String tenant = context.pathParam("tenant");
        EventType draft = EventTypeReader.readType(
                JsonBody.read(context, EventTypeReader.WHAT, JsonBody.MEDIA_TYPE),
                tenant,
                context.pathParam("name"),
                clock.millis());
        Actor by = Caller.of(context).actor();
        submit(
                context,
                draft.key(),
                current -> {
                    if (current == null) {
                        if (catalog.eventTypes(tenant).size() >= MOST_PER_TENANT) {
                            throw conflict(
                                    "too-many-event-types",
                                    "there are " + MOST_PER_TENANT + " types, which is the most");
                        }
                        return writer.put(draft, by, "event type created");
                    }
                    EventType before = current.value();
                    EventType changed = with(draft, before.versions(), before.createdAtMillis());
                    return with(before, before.versions(), before.createdAtMillis(), changed.updatedAtMillis())
                                    .equals(changed)
                            ? new Change.Keep<>()
                            : writer.put(changed, by, "event type changed");
                },
                outcome -> done(context, outcome));
    }

    private void putVersion(RoutingContext context) {
        int number = number(context);
        JsonNode body = JsonBody.read(context, EventTypeReader.WHAT, JsonBody.MEDIA_TYPE);
        Actor by = Caller.of(context).actor();
        // a schema may be slow on purpose: not on the event loop
        context.vertx()
                .executeBlocking(() -> EventTypeReader.readVersion(body, number, clock.millis()), false)
                .onComplete(
                        draft -> submit(
                                context,
                                path(context),
                                current -> {
                                    if (current == null) {
                                        throw unknown(context);
                                    }
                                    return change(current.value(), draft, by);
                                },
                                outcome -> done(context, outcome)),
                        context::fail);
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
                changed,
                by,
                before == null
                        ? "event type version " + draft.version() + " created"
                        : "event type version " + draft.version() + " changed");
    }

    private static EventType with(EventType type, List<Version> versions, long createdAtMillis) {
        return with(type, versions, createdAtMillis, type.updatedAtMillis());
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

    private void getVersion(RoutingContext context) {
        int number = number(context);
        Version version = find(context).value().version(number);
        if (version == null) {
            throw new ProblemException(Problem.of(
                    404,
                    "unknown-version",
                    "Unknown version",
                    "event type '" + context.pathParam("name") + "' has no version " + number));
        }
        Answers.json(context, 200, VersionView.of(version));
    }

    private void delete(RoutingContext context) {
        Actor by = Caller.of(context).actor();
        String path = path(context);
        submit(
                context,
                path,
                current -> {
                    if (current == null) {
                        throw unknown(context);
                    }
                    return writer.remove(path, List.of(), by, "event type deleted");
                },
                outcome -> {
                    LOG.info("event type deleted key={}", path);
                    context.response().setStatusCode(204).end();
                });
    }

    private void submit(
            RoutingContext context,
            String key,
            Decision<EventType> decision,
            Consumer<Outcome<CatalogEntry>> whenDone) {
        Answers.whenDone(context, writer.submit(key, EventType.class, Condition.of(context), decision), whenDone);
    }

    private static void done(RoutingContext context, Outcome<CatalogEntry> outcome) {
        Row<EventType> row = Objects.requireNonNull(CatalogWriter.row(outcome.after(), EventType.class));
        LOG.info("event type written key={} offset={}", row.value().key(), row.offset());
        answer(context, outcome.before() == null ? 201 : 200, row);
    }

    private static void answer(RoutingContext context, int status, Row<EventType> row) {
        Answers.state(context, status, row, EventTypeView.of(row.value()));
    }

    private static int number(RoutingContext context) {
        String text = context.pathParam("version");
        try {
            int number = Integer.parseInt(text);
            if (number >= 1 && number <= MOST_VERSIONS) {
                return number;
            }
        } catch (NumberFormatException e) {
            // told below, like a number out of range
        }
        throw JsonBody.invalid(
                EventTypeReader.WHAT,
                List.of(new FieldError("version", "must be a whole number from 1 to " + MOST_VERSIONS)));
    }

    private static String path(RoutingContext context) {
        return EventType.key(context.pathParam("tenant"), context.pathParam("name"));
    }

    private static ProblemException conflict(String kind, String detail) {
        return new ProblemException(Problem.of(409, kind, "Conflict", detail));
    }

    private static ProblemException unknown(RoutingContext context) {
        return new ProblemException(Problem.of(
                404,
                "unknown-event-type",
                "Unknown event type",
                "tenant '" + context.pathParam("tenant") + "' has no event type '" + context.pathParam("name") + "'"));
    }
}

package dev.fanfare.control.catalog;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fanfare.contract.catalog.CatalogEntry;
import dev.fanfare.contract.catalog.EventType;
import dev.fanfare.contract.catalog.EventType.Version;
import dev.fanfare.contract.problem.Problem.FieldError;
import dev.fanfare.contract.run.Actor;
import dev.fanfare.control.catalog.CatalogWriter.Condition;
import dev.fanfare.control.catalog.EventTypeView.VersionView;
import dev.fanfare.control.http.Answers;
import dev.fanfare.control.http.JsonBody;
import dev.fanfare.control.http.Paging;
import dev.fanfare.control.table.TableWriter.Outcome;
import dev.fanfare.runtime.catalog.Catalog;
import dev.fanfare.runtime.http.Caller;
import dev.fanfare.runtime.kafka.CompactedTable.Row;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import io.vertx.ext.web.handler.SecurityPolicyHandler;
import java.util.List;
import java.util.Objects;

/** {@code /v1/tenants/{tenant}/event-types}: types, and under each the versions of its schema. */
public final class EventTypeRoutes {
    static final int MOST_VERSIONS = 10_000;

    private static final String ALL = TenantRoutes.ONE + "/event-types";
    private static final String ONE = ALL + "/:name";
    private static final String VERSION = ONE + "/versions/:version";

    private final Catalog catalog;
    private final EventTypeEdits edits;

    /** Over the catalog, which stays the caller's. */
    public EventTypeRoutes(Catalog catalog, EventTypeEdits edits) {
        this.catalog = catalog;
        this.edits = edits;
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
            throw EventTypeEdits.unknown(context.pathParam("tenant"), context.pathParam("name"));
        }
        return row;
    }

    private void put(RoutingContext context) {
        Answers.whenDone(
                context,
                edits.put(
                        context.pathParam("tenant"),
                        context.pathParam("name"),
                        JsonBody.read(context, EventTypeReader.WHAT, JsonBody.MEDIA_TYPE),
                        Caller.of(context).actor(),
                        Condition.of(context)),
                outcome -> done(context, outcome));
    }

    private void putVersion(RoutingContext context) {
        int number = number(context);
        JsonNode body = JsonBody.read(context, EventTypeReader.WHAT, JsonBody.MEDIA_TYPE);
        Actor by = Caller.of(context).actor();
        context.vertx()
                .executeBlocking(() -> edits.readVersion(body, number), false)
                .onComplete(
                        draft -> Answers.whenDone(
                                context,
                                edits.putVersion(
                                        context.pathParam("tenant"),
                                        context.pathParam("name"),
                                        draft,
                                        by,
                                        Condition.of(context)),
                                outcome -> done(context, outcome)),
                        context::fail);
    }

    private void getVersion(RoutingContext context) {
        int number = number(context);
        Version version = find(context).value().version(number);
        if (version == null) {
            throw EventTypeEdits.unknownVersion(context.pathParam("name"), number);
        }
        Answers.json(context, 200, VersionView.of(version));
    }

    private void delete(RoutingContext context) {
        Answers.whenDone(
                context,
                edits.delete(
                        context.pathParam("tenant"),
                        context.pathParam("name"),
                        Caller.of(context).actor(),
                        Condition.of(context)),
                outcome -> context.response().setStatusCode(204).end());
    }

    private static void done(RoutingContext context, Outcome<CatalogEntry> outcome) {
        Row<EventType> row = Objects.requireNonNull(CatalogWriter.row(outcome.after(), EventType.class));
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
}

package dev.fanfare.control.console;

import dev.fanfare.contract.catalog.CatalogEntry;
import dev.fanfare.contract.catalog.EventType;
import dev.fanfare.contract.run.Actor;
import dev.fanfare.control.catalog.CatalogWriter.Condition;
import dev.fanfare.control.catalog.EventTypeEdits;
import dev.fanfare.control.console.Frame.Notice;
import dev.fanfare.control.table.TableWriter.Outcome;
import dev.fanfare.runtime.catalog.Catalog;
import io.vertx.core.Future;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;

/**
 * Event types: what is sent, in which versions. What is typed becomes the body that the API takes, and is checked as that;
 * what is refused stands in its form again.
 */
final class EventTypePages {
    private static final String ALL = "/console/tenants/:tenant" + Section.EVENT_TYPES.path();
    private static final String ONE = ALL + "/:name";
    /** The most that a type may have, as a form packs it. */
    private static final int MAX_FORM_BYTES = 3 * 1024 * 1024;

    private final Screen screen;
    private final Catalog catalog;
    private final EventTypeEdits edits;
    private final Clock clock;

    EventTypePages(Screen screen, Catalog catalog, EventTypeEdits edits, Clock clock) {
        this.screen = screen;
        this.catalog = catalog;
        this.edits = edits;
        this.clock = clock;
    }

    void mount(Router router) {
        screen.page(router, ALL, Section.EVENT_TYPES, this::all);
        screen.page(router, ONE, Section.EVENT_TYPES, this::one);
        screen.form(router, ALL, Section.EVENT_TYPES, this::create);
        screen.form(router, ONE + "/versions", Section.EVENT_TYPES, MAX_FORM_BYTES, this::addVersion);
        screen.form(router, ONE + "/versions/:version/deprecate", Section.EVENT_TYPES, this::deprecate);
        screen.form(router, ONE + "/change", Section.EVENT_TYPES, this::change);
        screen.form(router, ONE + "/delete", Section.EVENT_TYPES, this::delete);
    }

    private void all(RoutingContext context) {
        screen.show(
                context,
                Section.EVENT_TYPES,
                "eventtypes.jte",
                listed(context, EventTypeForm.EMPTY),
                "types",
                rows(context));
    }

    private Map<String, Object> listed(RoutingContext context, EventTypeForm form) {
        return Map.of("strict", TenantRow.isStrict(catalog, context.pathParam("tenant")), "form", form);
    }

    private Callable<List<EventTypePage>> rows(RoutingContext context) {
        long now = clock.millis();
        return () -> catalog.eventTypes(context.pathParam("tenant")).values().stream()
                .map(type -> EventTypePage.of(type, now))
                .toList();
    }

    private void create(RoutingContext context) {
        String tenant = context.pathParam("tenant");
        EventTypeForm form = EventTypeForm.of(context.request().formAttributes());
        Actor by = screen.actor(context);
        Screen.begun(context, () -> edits.create(tenant, form.name(), form.type(), by))
                .onComplete(
                        done -> back(
                                context,
                                form.name(),
                                new Notice("good", "Created. Now say in a version what its data look like.", null)),
                        failure -> screen.showRefused(
                                context,
                                failure,
                                Section.EVENT_TYPES,
                                "eventtypes.jte",
                                listed(context, form),
                                "types",
                                rows(context)));
    }

    private void one(RoutingContext context) {
        EventType type = find(context);
        screen.show(
                context,
                Section.EVENT_TYPES,
                "eventtype.jte",
                Map.of("form", EventTypeForm.of(type)),
                "page",
                () -> EventTypePage.of(type, clock.millis()));
    }

    private EventType find(RoutingContext context) {
        String tenant = context.pathParam("tenant");
        String name = context.pathParam("name");
        EventType type = catalog.eventType(tenant, name);
        if (type == null) {
            throw EventTypeEdits.unknown(tenant, name);
        }
        return type;
    }

    private void addVersion(RoutingContext context) {
        String tenant = context.pathParam("tenant");
        String name = context.pathParam("name");
        EventTypeForm form = EventTypeForm.of(context.request().formAttributes());
        Actor by = screen.actor(context);
        // a schema may be slow on purpose: not on the event loop
        context.vertx()
                .executeBlocking(() -> edits.readVersion(form.version(), form.number()), false)
                .compose(
                        draft -> Screen.begun(context, () -> edits.putVersion(tenant, name, draft, by, Condition.NONE)))
                .onComplete(
                        done -> back(context, name, told(done, "Version " + form.number() + " is there, for good.")),
                        failure -> {
                            EventType type = catalog.eventType(tenant, name);
                            if (type == null) {
                                context.fail(EventTypeEdits.unknown(tenant, name));
                                return;
                            }
                            screen.showRefused(
                                    context,
                                    failure,
                                    Section.EVENT_TYPES,
                                    "eventtype.jte",
                                    Map.of("form", EventTypeForm.of(type).withVersion(form), "refused", true),
                                    "page",
                                    () -> EventTypePage.of(type, clock.millis()));
                        });
    }

    private void deprecate(RoutingContext context) {
        String tenant = context.pathParam("tenant");
        String name = context.pathParam("name");
        EventTypeForm form = EventTypeForm.of(context.request().formAttributes());
        Actor by = screen.actor(context);
        tell(
                context,
                () -> edits.deprecate(tenant, name, number(context), form.deprecation(), by),
                form.notice().isEmpty() ? "The notice is gone." : "Whoever looks at it is told so.");
    }

    private void change(RoutingContext context) {
        String tenant = context.pathParam("tenant");
        EventTypeForm form = EventTypeForm.of(context.request().formAttributes());
        Actor by = screen.actor(context);
        tell(context, () -> edits.put(tenant, find(context).name(), form.type(), by, Condition.NONE), "Changed.");
    }

    private void delete(RoutingContext context) {
        String tenant = context.pathParam("tenant");
        String name = context.pathParam("name");
        Actor by = screen.actor(context);
        screen.tell(
                context,
                Screen.begun(context, () -> edits.delete(tenant, name, by, Condition.NONE)
                        .thenApply(done -> new Notice("good", "Event type '" + name + "' is deleted.", null))),
                Screen.pathOf(tenant) + Section.EVENT_TYPES.path());
    }

    private interface Edit {
        CompletionStage<Outcome<CatalogEntry>> begin();
    }

    private void tell(RoutingContext context, Edit edit, String text) {
        Future<Notice> done = Screen.begun(context, () -> edit.begin().thenApply(outcome -> told(outcome, text)));
        screen.tell(context, done, pathOf(context, context.pathParam("name")));
    }

    private static Notice told(Outcome<CatalogEntry> done, String text) {
        return new Notice("good", Objects.equals(done.before(), done.after()) ? "It was so already." : text, null);
    }

    private void back(RoutingContext context, String name, Notice notice) {
        screen.tell(context, notice);
        Pages.redirect(context, pathOf(context, name));
    }

    private static String pathOf(RoutingContext context, String name) {
        return Screen.pathOf(context.pathParam("tenant")) + Section.EVENT_TYPES.path() + "/" + name;
    }

    private static int number(RoutingContext context) {
        return EventTypeForm.number(context.pathParam("version"));
    }
}

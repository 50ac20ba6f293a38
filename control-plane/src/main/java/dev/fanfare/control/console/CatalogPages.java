package dev.fanfare.control.console;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fanfare.contract.Json;
import dev.fanfare.contract.catalog.Scope;
import dev.fanfare.contract.run.Actor;
import dev.fanfare.control.catalog.CatalogWriter.Condition;
import dev.fanfare.control.catalog.KeyEdits.Issued;
import dev.fanfare.control.console.Frame.Notice;
import dev.fanfare.runtime.catalog.Catalog;
import dev.fanfare.runtime.http.Caller;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The pages of what stands in the catalog: API keys, tenants. */
final class CatalogPages {
    private static final String TENANTS = "/console/tenants";
    private static final String TENANT = TENANTS + "/:tenant";
    private static final String KEYS = TENANT + Section.KEYS.path();
    /** Of administrators. */
    private static final String OUR_KEYS = "/console/keys";

    private final Screen screen;
    private final Catalog catalog;
    private final Parts parts;
    private final Clock clock;

    CatalogPages(Screen screen, Catalog catalog, Parts parts, Clock clock) {
        this.screen = screen;
        this.catalog = catalog;
        this.parts = parts;
        this.clock = clock;
    }

    void mount(Router router) {
        screen.page(router, KEYS, Section.KEYS, this::keys);
        screen.form(router, KEYS, Section.KEYS, this::createKey);
        screen.form(router, KEYS + "/:id/:action", Section.KEYS, this::actOnKey);
        screen.form(router, TENANT + "/portal-links", Section.KEYS, this::makeLink);
        screen.page(router, TENANTS, Section.TENANTS, this::tenants);
        screen.form(router, TENANTS, Section.TENANTS, this::createTenant);
        screen.form(router, TENANTS + "/:tenant/:action", Section.TENANTS, this::actOnTenant);
        screen.form(router, OUR_KEYS, Section.TENANTS, this::createKey);
        screen.form(router, OUR_KEYS + "/:id/:action", Section.TENANTS, this::actOnKey);
    }

    private void keys(RoutingContext context) {
        screen.show(context, Section.KEYS, "keys.jte", "keys", () -> keysOf(context.pathParam("tenant")));
    }

    private List<KeyRow> keysOf(@Nullable String tenant) {
        long now = clock.millis();
        return catalog.keys(tenant).values().stream()
                .map(key -> KeyRow.of(key, now))
                .sorted(KeyRow.USABLE_FIRST)
                .toList();
    }

    private void tenants(RoutingContext context) {
        screen.show(
                context,
                Section.TENANTS,
                "tenants.jte",
                Map.of("keys", keysOf(null)),
                "tenants",
                () -> catalog.tenantIds().stream()
                        .map(id ->
                                TenantRow.of(id, catalog, parts.subscriptions().count(id)))
                        .toList());
    }

    private void createKey(RoutingContext context) {
        String tenant = context.pathParam("tenant");
        MultiMap form = context.request().formAttributes();
        ObjectNode body = Json.TOPIC.createObjectNode();
        body.put("name", ConsoleActions.text(form, "name"));
        form.getAll("scope").forEach(body.withArray("scopes")::add);
        String days = ConsoleActions.text(form, "days");
        if (days != null) {
            // what is no number is refused with the rest, rather than taken for never
            body.put(
                    "expiresAt",
                    days.matches("\\d{1,4}")
                            ? clock.instant()
                                    .plus(Duration.ofDays(Long.parseLong(days)))
                                    .toString()
                            : days);
        }
        tellKey(context, () -> parts.keys()
                .create(tenant, body, screen.visitor(context).caller().scopes(), screen.actor(context))
                .thenApply(issued -> shown(issued, "This is the new key, shown this once.")));
    }

    private void actOnKey(RoutingContext context) {
        String tenant = context.pathParam("tenant");
        String id = context.pathParam("id");
        Actor by = screen.actor(context);
        tellKey(context, () -> switch (context.pathParam("action")) {
            case "rotate" ->
                parts.keys()
                        .rotate(
                                tenant,
                                id,
                                Json.TOPIC.createObjectNode(),
                                screen.visitor(context).caller().scopes(),
                                by,
                                Condition.NONE)
                        .thenApply(issued -> shown(
                                issued,
                                "This is its new secret, shown this once. The old one is taken for 24 hours yet."));
            case "revoke" ->
                parts.keys()
                        .revoke(tenant, id, by, Condition.NONE)
                        .thenApply(row ->
                                new Notice("good", "Key “" + row.value().name() + "” is refused from now on.", null));
            default -> ConsoleActions.noSuchAction();
        });
    }

    private void tellKey(RoutingContext context, Supplier<CompletionStage<Notice>> action) {
        String tenant = context.pathParam("tenant");
        screen.tell(
                context,
                Screen.begun(context, action),
                tenant == null ? TENANTS : Screen.pathOf(tenant) + Section.KEYS.path());
    }

    private void makeLink(RoutingContext context) {
        String tenant = context.pathParam("tenant");
        MultiMap form = context.request().formAttributes();
        Scope scope = "read".equals(form.get("scope")) ? Scope.READ : Scope.MANAGE;
        Duration lifetime = "day".equals(form.get("for")) ? Duration.ofHours(24) : Duration.ofHours(1);
        Caller caller = screen.visitor(context).caller();
        Actor by = screen.actor(context);
        Future<Notice> done = context.vertx()
                .executeBlocking(
                        () -> new Notice(
                                "good",
                                "Whoever has this link can open this tenant’s pages. It is shown this once.",
                                Site.address(
                                        context,
                                        parts.links()
                                                .make(tenant, scope, lifetime, caller, by)
                                                .path())),
                        false);
        screen.tell(context, done, Screen.pathOf(tenant) + Section.KEYS.path());
    }

    private static Notice shown(Issued issued, String text) {
        return new Notice("good", text, issued.token().reveal());
    }

    private void createTenant(RoutingContext context) {
        Actor by = screen.actor(context);
        MultiMap form = context.request().formAttributes();
        ObjectNode body = tenantBody(form).put("id", ConsoleActions.text(form, "id"));
        Future<Notice> done = Screen.begun(context, () -> parts.tenants()
                .create(body, by, Condition.NONE)
                .thenApply(outcome ->
                        new Notice("good", "Tenant '" + body.path("id").asText() + "' is created.", null)));
        screen.tell(context, done, TENANTS);
    }

    private void actOnTenant(RoutingContext context) {
        String tenant = context.pathParam("tenant");
        Actor by = screen.actor(context);
        MultiMap form = context.request().formAttributes();
        Future<Notice> done = Screen.begun(context, () -> switch (context.pathParam("action")) {
            case "change" ->
                parts.tenants()
                        .patch(tenant, tenantBody(form), by, Condition.NONE)
                        .thenApply(outcome -> new Notice("good", "Tenant '" + tenant + "' is changed.", null));
            case "delete" ->
                parts.tenants()
                        .delete(tenant, by, Condition.NONE)
                        .thenApply(outcome -> new Notice("good", "Tenant '" + tenant + "' is deleted.", null));
            default -> ConsoleActions.noSuchAction();
        });
        screen.tell(context, done, TENANTS);
    }

    private static ObjectNode tenantBody(MultiMap form) {
        return Json.TOPIC
                .createObjectNode()
                .put("description", ConsoleActions.text(form, "description"))
                .put("eventTypes", Objects.requireNonNullElse(ConsoleActions.text(form, "eventTypes"), "open"));
    }
}

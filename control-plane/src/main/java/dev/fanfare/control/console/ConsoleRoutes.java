package dev.fanfare.control.console;

import dev.fanfare.contract.run.Actor;
import dev.fanfare.contract.signing.SecretSeal;
import dev.fanfare.contract.subscription.Subscription;
import dev.fanfare.control.console.Frame.Notice;
import dev.fanfare.control.deadletter.DeadLetterDesk.Outstanding;
import dev.fanfare.control.event.EventStory;
import dev.fanfare.control.subscription.RunLog;
import dev.fanfare.control.subscription.SubscriptionRoutes;
import dev.fanfare.retry.dead.DeadLetterFilter;
import dev.fanfare.runtime.catalog.Catalog;
import dev.fanfare.runtime.http.Access;
import dev.fanfare.runtime.http.StaticFile;
import dev.fanfare.runtime.kafka.CompactedTable.Row;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.SecurityPolicyHandler;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** {@code /console}: what an operator sees in a browser, and the buttons. Each goes the way of {@link Screen}. */
public final class ConsoleRoutes {
    private static final String TENANT = "/console/tenants/:tenant";
    private static final String SUBSCRIPTIONS = TENANT + "/subscriptions";
    private static final String SUBSCRIPTION = SUBSCRIPTIONS + "/:id";
    private static final String DEAD_LETTERS = TENANT + "/dead-letters";
    private static final int PAGE = 50;
    private static final int MOST_AUDIT = 200;

    private final Catalog catalog;
    private final Parts parts;
    private final Clock clock;
    private final Login login;
    private final Screen screen;
    private final ConsoleActions actions;

    /**
     * Over what the role holds.
     *
     * @param random a secure generator: session ids are made with it
     * @param issuer where people log in besides; null: nowhere
     */
    public ConsoleRoutes(
            Access access,
            Catalog catalog,
            Parts parts,
            SecretSeal seal,
            Clock clock,
            RandomGenerator random,
            @Nullable IssuerLogin issuer) {
        this.catalog = catalog;
        this.parts = parts;
        this.clock = clock;
        Pages pages = new Pages();
        this.login = new Login(
                access,
                catalog,
                parts.links(),
                pages,
                new Sessions(seal, clock, random),
                parts.auditWriter(),
                clock,
                issuer);
        this.screen = new Screen(login, pages, catalog);
        this.actions = new ConsoleActions(parts, clock);
    }

    /** Mounts the pages and their files. */
    public void mount(Router router) {
        screen.mountFailures(router);
        router.get("/console").handler((SecurityPolicyHandler) login::require).handler(this::home);
        login.mount(router);
        screen.page(router, TENANT, Section.OVERVIEW, this::overview);
        screen.page(router, SUBSCRIPTIONS, Section.SUBSCRIPTIONS, this::subscriptions);
        screen.page(router, SUBSCRIPTION, Section.SUBSCRIPTIONS, this::subscription);
        screen.page(router, TENANT + "/events", Section.EVENTS, this::event);
        screen.page(router, DEAD_LETTERS, Section.DEAD_LETTERS, this::deadLetters);
        screen.page(router, TENANT + "/audit", Section.AUDIT, this::audit);
        screen.form(router, SUBSCRIPTIONS, Section.SUBSCRIPTIONS, this::subscribe);
        screen.form(router, SUBSCRIPTION + "/:action", Section.SUBSCRIPTIONS, this::actOnSubscription);
        screen.form(router, DEAD_LETTERS + "/:action", Section.DEAD_LETTERS, this::actOnDeadLetters);
        new EventTypePages(screen, catalog, parts.eventTypes(), clock).mount(router);
        new CatalogPages(screen, catalog, parts, clock).mount(router);
        StaticFile.of(ConsoleRoutes.class, "console.css", "text/css; charset=utf-8", Map.of())
                .mount(router, "/console/console.css");
        StaticFile.of(ConsoleRoutes.class, "icon.svg", "image/svg+xml", Map.of())
                .mount(router, "/console/icon.svg");
        StaticFile.ofWebjar("htmx.org", "dist/htmx.min.js", "text/javascript; charset=utf-8")
                .mount(router, "/console/htmx.js");
    }

    private void home(RoutingContext context) {
        String own = login.visitor(context).caller().tenant();
        Pages.redirect(
                context, Screen.pathOf(own != null ? own : catalog.tenantIds().first()));
    }

    private void overview(RoutingContext context) {
        String tenant = context.pathParam("tenant");
        Visitor visitor = screen.visitor(context);
        screen.show(
                context,
                Section.OVERVIEW,
                "overview.jte",
                "overview",
                () -> Overview.of(tenant, parts, Section.TENANTS.isFor(visitor), clock.millis()));
    }

    private void subscriptions(RoutingContext context) {
        Listed listed = listed(context, SubscriptionForm.EMPTY);
        screen.show(context, Section.SUBSCRIPTIONS, "subscriptions.jte", listed.more(), "rows", listed.rows());
    }

    private record Listed(Map<String, Object> more, Callable<List<SubscriptionRow>> rows) {}

    private Listed listed(RoutingContext context, SubscriptionForm form) {
        String tenant = context.pathParam("tenant");
        String after = context.queryParams().get("after");
        List<Subscription> found = parts.subscriptions().page(tenant, after == null ? "" : after, PAGE + 1);
        List<Subscription> shown = found.subList(0, Math.min(PAGE, found.size()));
        String next = found.size() > PAGE ? shown.get(PAGE - 1).id() : "";
        return new Listed(
                Map.of("count", parts.subscriptions().count(tenant), "next", next, "form", form), () -> shown.stream()
                        .map(one -> SubscriptionRow.of(one, parts.attempts(), clock.millis()))
                        .toList());
    }

    private void subscription(RoutingContext context) {
        String tenant = context.pathParam("tenant");
        String id = context.pathParam("id");
        Row<Subscription> row = parts.subscriptions().get(tenant, id);
        if (row == null) {
            throw SubscriptionRoutes.unknown(tenant, id);
        }
        boolean failures = "failures".equals(context.queryParams().get("show"));
        screen.show(
                context,
                Section.SUBSCRIPTIONS,
                "subscription.jte",
                Map.of("failuresOnly", failures, "form", SubscriptionForm.of(row.value())),
                "page",
                () -> SubscriptionPage.of(
                        row.value(),
                        parts.attempts(),
                        parts.runs().all().filter(run -> RunLog.isOf(run, tenant, id)),
                        failures,
                        clock.millis()));
    }

    private void event(RoutingContext context) {
        String tenant = context.pathParam("tenant");
        String id = ConsoleActions.text(context.queryParams(), "id");
        Map<String, Object> asked = new HashMap<>();
        asked.put("id", id == null ? "" : id);
        screen.show(context, Section.EVENTS, "event.jte", asked, "story", () -> id == null ? null : story(tenant, id));
    }

    private @Nullable EventStory story(String tenant, String id) {
        return parts.events().find(tenant, id);
    }

    private void deadLetters(RoutingContext context) {
        String tenant = context.pathParam("tenant");
        DeadLetterFilter filter = ConsoleActions.filter(tenant, context.queryParams(), Set.of());
        // what refreshes itself shows the runs alone: the topic isn't read through for it every few seconds
        boolean runsOnly = Screen.isRefresh(context);
        Visitor visitor = screen.visitor(context);
        screen.show(
                context,
                Section.DEAD_LETTERS,
                "deadletters.jte",
                "page",
                () -> DeadLetterPage.of(
                        tenant,
                        filter,
                        runsOnly
                                ? new Outstanding(List.of(), 0)
                                : parts.deadLetters().list(filter, DeadLetterPage.MOST),
                        parts.runs().all(),
                        Section.AUDIT.isFor(visitor),
                        clock.millis()));
    }

    private void audit(RoutingContext context) {
        String tenant = context.pathParam("tenant");
        boolean isForAdministrators = Section.TENANTS.isFor(screen.visitor(context));
        screen.show(context, Section.AUDIT, "audit.jte", "entries", () -> parts.audit()
                .of(tenant, isForAdministrators, MOST_AUDIT));
    }

    private void subscribe(RoutingContext context) {
        String tenant = context.pathParam("tenant");
        SubscriptionForm form = SubscriptionForm.of(context.request().formAttributes());
        Screen.begun(context, () -> actions.subscribe(tenant, form, screen.actor(context)))
                .onComplete(
                        done -> {
                            screen.tell(context, done.notice());
                            Pages.redirect(context, Screen.pathOf(tenant) + "/subscriptions/" + done.id());
                        },
                        failure -> {
                            Listed listed = listed(context, form);
                            screen.showRefused(
                                    context,
                                    failure,
                                    Section.SUBSCRIPTIONS,
                                    "subscriptions.jte",
                                    listed.more(),
                                    "rows",
                                    listed.rows());
                        });
    }

    private void actOnSubscription(RoutingContext context) {
        String tenant = context.pathParam("tenant");
        String id = context.pathParam("id");
        String what = context.pathParam("action");
        MultiMap form = context.request().formAttributes();
        Actor by = screen.actor(context);
        if (what.equals("delete")) {
            screen.tell(
                    context,
                    Screen.begun(context, () -> actions.unsubscribe(tenant, id, by)),
                    Screen.pathOf(tenant) + "/subscriptions");
            return;
        }
        Future<Notice> done =
                switch (what) {
                    case "test" -> context.vertx().executeBlocking(() -> actions.test(tenant, id, by), false);
                    case "replay" -> context.vertx().executeBlocking(() -> actions.replay(tenant, id, form, by), false);
                    default -> Screen.begun(context, () -> actions.toSubscription(what, tenant, id, form, by));
                };
        screen.tell(context, done, Screen.pathOf(tenant) + "/subscriptions/" + id);
    }

    private void actOnDeadLetters(RoutingContext context) {
        String tenant = context.pathParam("tenant");
        String what = context.pathParam("action");
        MultiMap form = context.request().formAttributes();
        Actor by = screen.actor(context);
        Future<Notice> done =
                context.vertx().executeBlocking(() -> actions.toDeadLetters(what, tenant, form, by), false);
        screen.tell(context, done, Screen.pathOf(tenant) + "/dead-letters");
    }
}

package dev.fanfare.control.console;

import dev.fanfare.contract.catalog.KeyToken;
import dev.fanfare.contract.problem.Problem;
import dev.fanfare.contract.problem.ProblemException;
import dev.fanfare.contract.run.Actor;
import dev.fanfare.contract.subscription.Subscription;
import dev.fanfare.control.console.Frame.Notice;
import dev.fanfare.control.deadletter.DeadLetterDesk.Outstanding;
import dev.fanfare.control.event.EventStory;
import dev.fanfare.control.http.Answers;
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
import io.vertx.ext.web.handler.BodyHandler;
import io.vertx.ext.web.handler.SecurityPolicyHandler;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * {@code /console}: what an operator sees in a browser, and the buttons.
 *
 * <pre>
 * GET  page ─▶ session? ─▶ (worker thread) what is known ─▶ template ─▶ HTML, parts of it fetched again every few seconds
 * POST form ─▶ from one of our pages? session? its token? ─▶ action ─▶ notice ─▶ 303 back to the page, which tells it
 * </pre>
 */
public final class ConsoleRoutes {
    private static final String TENANT = "/console/tenants/:tenant";
    private static final String SUBSCRIPTIONS = TENANT + "/subscriptions";
    private static final String SUBSCRIPTION = SUBSCRIPTIONS + "/:id";
    private static final String DEAD_LETTERS = TENANT + "/dead-letters";
    private static final int MAX_FORM_BYTES = 64 * 1024;
    private static final int PAGE = 50;
    private static final int MOST_AUDIT = 200;

    private final Catalog catalog;
    private final Parts parts;
    private final Clock clock;
    private final Login login;
    private final Pages pages = new Pages();
    private final ConsoleActions actions;

    /**
     * Over what the role holds.
     *
     * @param random a secure generator: session ids are made with it
     */
    public ConsoleRoutes(Access access, Catalog catalog, Parts parts, Clock clock, RandomGenerator random) {
        this.catalog = catalog;
        this.parts = parts;
        this.clock = clock;
        this.login = new Login(access, pages, clock, random);
        this.actions = new ConsoleActions(parts, clock);
    }

    /** Mounts the pages and their files. */
    public void mount(Router router) {
        router.get("/console")
                .handler((SecurityPolicyHandler) login::require)
                .handler(context -> Pages.redirect(
                        context, "/console/tenants/" + catalog.tenantIds().first()));
        login.mount(router);
        page(router, TENANT, this::overview);
        page(router, SUBSCRIPTIONS, this::subscriptions);
        page(router, SUBSCRIPTION, this::subscription);
        page(router, TENANT + "/events", this::event);
        page(router, DEAD_LETTERS, this::deadLetters);
        page(router, TENANT + "/audit", this::audit);
        form(router, SUBSCRIPTIONS, this::subscribe);
        form(router, SUBSCRIPTION + "/:action", this::actOnSubscription);
        form(router, DEAD_LETTERS + "/:action", this::actOnDeadLetters);
        StaticFile.of(ConsoleRoutes.class, "console.css", "text/css; charset=utf-8", Map.of())
                .mount(router, "/console/console.css");
        StaticFile.of(ConsoleRoutes.class, "icon.svg", "image/svg+xml", Map.of())
                .mount(router, "/console/icon.svg");
        StaticFile.ofWebjar("htmx.org", "dist/htmx.min.js", "text/javascript; charset=utf-8")
                .mount(router, "/console/htmx.js");
    }

    private void page(Router router, String path, Consumer<RoutingContext> handler) {
        router.get(path).handler((SecurityPolicyHandler) login::require).handler(context -> {
            requireTenant(context);
            handler.accept(context);
        });
    }

    private void form(Router router, String path, Consumer<RoutingContext> handler) {
        router.post(path)
                .handler((SecurityPolicyHandler) Login::refuseOtherSites)
                .handler((SecurityPolicyHandler) login::require)
                .handler(BodyHandler.create(false).setBodyLimit(MAX_FORM_BYTES))
                .handler(context -> {
                    login.requireToken(context);
                    requireTenant(context);
                    handler.accept(context);
                });
    }

    private void requireTenant(RoutingContext context) {
        String tenant = context.pathParam("tenant");
        if (!catalog.isTenant(tenant)) {
            throw new ProblemException(
                    Problem.of(404, "unknown-tenant", "Unknown tenant", "there is no tenant '" + tenant + "'"));
        }
    }

    private void overview(RoutingContext context) {
        String tenant = context.pathParam("tenant");
        show(
                context,
                "overview",
                "overview.jte",
                "overview",
                () -> Overview.of(
                        tenant,
                        parts.subscriptions().page(tenant, "", Overview.MOST_SUBSCRIPTIONS),
                        parts.subscriptions().count(tenant),
                        parts.attempts(),
                        clock.millis()));
    }

    private void subscriptions(RoutingContext context) {
        String tenant = context.pathParam("tenant");
        String after = context.queryParams().get("after");
        List<Subscription> found = parts.subscriptions().page(tenant, after == null ? "" : after, PAGE + 1);
        List<Subscription> shown = found.subList(0, Math.min(PAGE, found.size()));
        String next = found.size() > PAGE ? shown.get(PAGE - 1).id() : "";
        show(
                context,
                "subscriptions",
                "subscriptions.jte",
                Map.of(
                        "count",
                        parts.subscriptions().count(tenant),
                        "next",
                        next,
                        "form",
                        SubscriptionForm.of(context.queryParams())),
                "rows",
                () -> shown.stream()
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
        show(
                context,
                "subscriptions",
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
        show(context, "events", "event.jte", asked, "story", () -> id == null ? null : story(tenant, id));
    }

    private @Nullable EventStory story(String tenant, String id) {
        return parts.events().find(tenant, id);
    }

    private void deadLetters(RoutingContext context) {
        String tenant = context.pathParam("tenant");
        DeadLetterFilter filter = ConsoleActions.filter(tenant, context.queryParams(), Set.of());
        // what refreshes itself shows the runs alone: the topic isn't read through for it every few seconds
        boolean runsOnly = isRefresh(context);
        show(
                context,
                "dead-letters",
                "deadletters.jte",
                "page",
                () -> DeadLetterPage.of(
                        tenant,
                        filter,
                        runsOnly
                                ? new Outstanding(List.of(), 0)
                                : parts.deadLetters().list(filter, DeadLetterPage.MOST),
                        parts.runs().all(),
                        clock.millis()));
    }

    private void audit(RoutingContext context) {
        String tenant = context.pathParam("tenant");
        show(context, "audit", "audit.jte", "entries", () -> parts.audit().of(tenant, MOST_AUDIT));
    }

    private void subscribe(RoutingContext context) {
        String tenant = context.pathParam("tenant");
        String list = pathOf(tenant) + "/subscriptions";
        SubscriptionForm form = SubscriptionForm.of(context.request().formAttributes());
        begun(context, () -> actions.subscribe(tenant, form, actor(context)))
                .onComplete(
                        done -> {
                            login.tell(context, done.notice());
                            Pages.redirect(context, list + "/" + done.id());
                        },
                        failure -> {
                            login.tell(context, ConsoleActions.failed(failure));
                            Pages.redirect(context, list + form.query());
                        });
    }

    private void actOnSubscription(RoutingContext context) {
        String tenant = context.pathParam("tenant");
        String id = context.pathParam("id");
        String what = context.pathParam("action");
        MultiMap form = context.request().formAttributes();
        Actor by = actor(context);
        if (what.equals("delete")) {
            tell(context, begun(context, () -> actions.unsubscribe(tenant, id, by)), pathOf(tenant) + "/subscriptions");
            return;
        }
        Future<Notice> done =
                switch (what) {
                    case "test" -> context.vertx().executeBlocking(() -> actions.test(tenant, id, by), false);
                    case "replay" -> context.vertx().executeBlocking(() -> actions.replay(tenant, id, form, by), false);
                    default -> begun(context, () -> actions.toSubscription(what, tenant, id, form, by));
                };
        tell(context, done, pathOf(tenant) + "/subscriptions/" + id);
    }

    private void actOnDeadLetters(RoutingContext context) {
        String tenant = context.pathParam("tenant");
        String what = context.pathParam("action");
        MultiMap form = context.request().formAttributes();
        Actor by = actor(context);
        Future<Notice> done =
                context.vertx().executeBlocking(() -> actions.toDeadLetters(what, tenant, form, by), false);
        tell(context, done, pathOf(tenant) + "/dead-letters");
    }

    /** What is refused at once fails as what is refused later. */
    private static <T> Future<T> begun(RoutingContext context, Supplier<CompletionStage<T>> action) {
        return Future.succeededFuture()
                .compose(nothing ->
                        Future.fromCompletionStage(action.get(), context.vertx().getOrCreateContext()));
    }

    private void tell(RoutingContext context, Future<Notice> done, String path) {
        done.otherwise(ConsoleActions::failed)
                .onComplete(
                        notice -> {
                            login.tell(context, notice);
                            Pages.redirect(context, path);
                        },
                        context::fail);
    }

    private static String pathOf(String tenant) {
        return "/console/tenants/" + tenant;
    }

    private Actor actor(RoutingContext context) {
        String id = login.session(context).key().id();
        return new Actor(
                "console, with " + (id == null ? "the configured key" : "key " + KeyToken.visible(id)),
                null,
                context.request().remoteAddress().hostAddress());
    }

    private static boolean isRefresh(RoutingContext context) {
        return context.request().getHeader("HX-Request") != null;
    }

    private <T> void show(RoutingContext context, String section, String template, String name, Callable<T> content) {
        show(context, section, template, Map.of(), name, content);
    }

    /** Works the content out off the event loop, and renders it. */
    private <T> void show(
            RoutingContext context,
            String section,
            String template,
            Map<String, Object> more,
            String name,
            Callable<T> content) {
        // what refreshes itself would take away what the whole page is to tell
        boolean refresh = isRefresh(context);
        context.vertx()
                .executeBlocking(content, false)
                .onComplete(
                        found -> {
                            Frame frame = new Frame(
                                    context.pathParam("tenant"),
                                    List.copyOf(catalog.tenantIds()),
                                    section,
                                    login.session(context).formToken(),
                                    refresh ? null : login.takeNotice(context));
                            Map<String, Object> all = new HashMap<>(more);
                            all.put("frame", frame);
                            all.put(name, found);
                            pages.send(context, 200, template, all);
                        },
                        failure -> Answers.failure(context, failure));
    }
}

package dev.fanfare.control.console;

import dev.fanfare.contract.catalog.Scope;
import dev.fanfare.contract.problem.Problem;
import dev.fanfare.contract.problem.ProblemException;
import dev.fanfare.contract.run.Actor;
import dev.fanfare.control.console.Frame.Notice;
import dev.fanfare.control.http.Answers;
import dev.fanfare.runtime.catalog.Catalog;
import dev.fanfare.runtime.http.ClientAddress;
import dev.fanfare.runtime.http.PathPrefix;
import dev.fanfare.runtime.http.Problems;
import io.vertx.core.Future;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import io.vertx.ext.web.handler.SecurityPolicyHandler;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The way that every page and every form of the console goes: who is it, may they, then the page's own work.
 *
 * <pre>
 * GET  page ─▶ session? ─▶ may they see it? ─▶ (worker thread) what is known ─▶ template ─▶ HTML
 * POST form ─▶ from one of our pages? session? its token? ─▶ may they? ─▶ action ─▶ notice ─▶ 303 back to the page
 * </pre>
 */
final class Screen {
    private static final int MAX_FORM_BYTES = 64 * 1024;

    private final Login login;
    private final Pages pages;
    private final Catalog catalog;

    Screen(Login login, Pages pages, Catalog catalog) {
        this.login = login;
        this.pages = pages;
        this.catalog = catalog;
    }

    /** Has what fails, and what isn't there, told as a page. Mount it once, before the pages. */
    void mountFailures(Router router) {
        router.route("/console").failureHandler(this::failed);
        router.route("/console/*").failureHandler(this::failed);
        router.get("/console/*")
                .last()
                .handler((SecurityPolicyHandler) login::require)
                .handler(context -> context.fail(404));
    }

    private void failed(RoutingContext context) {
        Problem problem = Problems.of(context);
        if (problem == null || context.response().ended()) {
            return;
        }
        Map<String, Object> parameters = new HashMap<>();
        parameters.put("root", PathPrefix.before(context));
        parameters.put("problem", problem);
        parameters.put(
                "frame", login.isKnown(context) ? frame(context, Section.NONE, ownOrKnown(context), null) : null);
        pages.send(context, problem.status(), "failure.jte", parameters);
    }

    /** Whose menu stands around a page that failed: there may be no such tenant. */
    private @Nullable String ownOrKnown(RoutingContext context) {
        String tenant = context.pathParam("tenant");
        String own = login.visitor(context).caller().tenant();
        return own != null ? own : tenant != null && catalog.isTenant(tenant) ? tenant : null;
    }

    /** A page; of a tenant where the path names one. */
    void page(Router router, String path, Section section, Consumer<RoutingContext> handler) {
        router.get(path).handler((SecurityPolicyHandler) login::require).handler(context -> {
            if (mayGoOn(context, section, Scope.READ)) {
                handler.accept(context);
            }
        });
    }

    /** What a form of a section does. */
    void form(Router router, String path, Section section, Consumer<RoutingContext> handler) {
        form(router, path, section, MAX_FORM_BYTES, handler);
    }

    /** What a form does that may be larger than most. */
    void form(Router router, String path, Section section, int mostBytes, Consumer<RoutingContext> handler) {
        router.post(path)
                .handler((SecurityPolicyHandler) Site::refuseOthers)
                .handler((SecurityPolicyHandler) login::require)
                .handler(BodyHandler.create(false).setBodyLimit(mostBytes))
                .handler(context -> {
                    login.requireToken(context);
                    if (mayGoOn(context, section, Scope.MANAGE)) {
                        handler.accept(context);
                    }
                });
    }

    /** Whose tenant it is not is told so before it is looked whether there is such a tenant. */
    private boolean mayGoOn(RoutingContext context, Section section, Scope scope) {
        if (context.pathParams().values().stream().anyMatch(part -> part.chars().anyMatch(Character::isISOControl))) {
            throw new ProblemException(Problem.of(
                    400, "bad-request", "Bad request", "the path holds a control character, as no name does"));
        }
        String tenant = context.pathParam("tenant");
        Visitor visitor = login.visitor(context);
        String whyNot = visitor.whyNot(section, scope, tenant);
        if (whyNot != null) {
            String own = visitor.caller().tenant();
            Frame frame = frame(context, section, own != null ? own : tenant, null);
            pages.send(context, 403, "refused.jte", Map.of("frame", frame, "why", whyNot));
            return false;
        }
        if (tenant != null && !catalog.isTenant(tenant)) {
            throw new ProblemException(
                    Problem.of(404, "unknown-tenant", "Unknown tenant", "there is no tenant '" + tenant + "'"));
        }
        return true;
    }

    <T> void show(RoutingContext context, Section section, String template, String name, Callable<T> content) {
        show(context, section, template, Map.of(), name, content);
    }

    /** Works the content out off the event loop, and renders it. */
    <T> void show(
            RoutingContext context,
            Section section,
            String template,
            Map<String, Object> more,
            String name,
            Callable<T> content) {
        // what refreshes itself would take away what the whole page is to tell
        Notice notice = isRefresh(context) ? null : login.notice(context);
        Runnable told = notice == null ? () -> {} : () -> login.forgetNotice(context);
        show(context, 200, notice, told, section, template, more, name, content);
    }

    /** A form that was refused, as it was typed. */
    <T> void showRefused(
            RoutingContext context,
            Throwable failure,
            Section section,
            String template,
            Map<String, Object> more,
            String name,
            Callable<T> content) {
        show(context, 422, ConsoleActions.failed(failure), () -> {}, section, template, more, name, content);
    }

    private <T> void show(
            RoutingContext context,
            int status,
            @Nullable Notice notice,
            Runnable told,
            Section section,
            String template,
            Map<String, Object> more,
            String name,
            Callable<T> content) {
        context.vertx()
                .executeBlocking(content, false)
                .map(found -> {
                    Map<String, Object> all = new HashMap<>(more);
                    all.put("frame", frame(context, section, context.pathParam("tenant"), notice));
                    all.put(name, found);
                    String html = pages.render(template, all);
                    told.run(); // not before there is a page that shows the notice: it may hold a secret
                    Pages.send(context, status, html);
                    return html;
                })
                .onFailure(failure -> Answers.failure(context, failure));
    }

    private Frame frame(RoutingContext context, Section section, @Nullable String tenant, @Nullable Notice notice) {
        Visitor visitor = login.visitor(context);
        String own = visitor.caller().tenant();
        return new Frame(
                PathPrefix.before(context),
                Objects.requireNonNullElse(tenant, ""),
                own == null ? List.copyOf(catalog.tenantIds()) : List.of(own),
                Arrays.stream(Section.values())
                        .filter(one -> !one.title().isEmpty() && one != Section.TENANTS && one.isFor(visitor))
                        .toList(),
                section,
                Section.TENANTS.isFor(visitor),
                visitor.mayManage(),
                visitor.caller().name(),
                login.session(context).formToken(),
                notice);
    }

    /** Tells what came of an action on the page to which it leads. */
    void tell(RoutingContext context, Future<Notice> done, String path) {
        done.otherwise(ConsoleActions::failed)
                .map(notice -> {
                    login.tell(context, notice);
                    Pages.redirect(context, path);
                    return path;
                })
                .onFailure(context::fail);
    }

    void tell(RoutingContext context, Notice notice) {
        login.tell(context, notice);
    }

    /** What is refused at once fails as what is refused later. */
    static <T> Future<T> begun(RoutingContext context, Supplier<CompletionStage<T>> action) {
        return Future.succeededFuture()
                .compose(nothing ->
                        Future.fromCompletionStage(action.get(), context.vertx().getOrCreateContext()));
    }

    Visitor visitor(RoutingContext context) {
        return login.visitor(context);
    }

    /** For the audit. */
    Actor actor(RoutingContext context) {
        return new Actor("console, with " + login.visitor(context).caller().name(), null, ClientAddress.of(context));
    }

    static boolean isRefresh(RoutingContext context) {
        return context.request().getHeader("HX-Request") != null;
    }

    static String pathOf(String tenant) {
        return "/console/tenants/" + tenant;
    }
}

package dev.fanfare.control.deadletter;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fanfare.contract.problem.Problem;
import dev.fanfare.contract.problem.Problem.FieldError;
import dev.fanfare.contract.problem.ProblemException;
import dev.fanfare.contract.run.Actor;
import dev.fanfare.control.deadletter.DeadLetterDesk.Action;
import dev.fanfare.control.deadletter.DeadLetterDesk.Outstanding;
import dev.fanfare.control.deadletter.DeadLetterDesk.Place;
import dev.fanfare.control.http.Answers;
import dev.fanfare.control.http.JsonBody;
import dev.fanfare.control.http.Members;
import dev.fanfare.control.http.Query;
import dev.fanfare.control.subscription.RunLog;
import dev.fanfare.retry.dead.DeadLetter;
import dev.fanfare.retry.dead.DeadLetterFilter;
import dev.fanfare.runtime.http.Caller;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import io.vertx.ext.web.handler.SecurityPolicyHandler;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * {@code …/dead-letters}: a tenant's dead letters, filtered, the newest first; and runs that replay or discard them.
 *
 * <pre>
 * GET dead-letters ─────────────────────▶ DeadLetterDesk reads the topic through ─▶ a page, and how many match
 * POST replay, discard ─▶ dryRun? ─ yes ─▶ the same ─▶ 200, how many match
 *                            └── no ──▶ DeadLetterDesk begins a run ─▶ fanfare.runs ─▶ 202, where to ask
 * GET runs, runs/{run} ◀─ what the topic has
 * </pre>
 */
public final class DeadLetterRoutes {
    private static final String ALL = "/v1/tenants/:tenant/dead-letters";
    private static final String RUNS = ALL + "/runs";
    private static final int MAX_BODY_BYTES = 64 * 1024;
    private static final int MAX_BECAUSE_LENGTH = 1_024;
    private static final int DEFAULT_LIMIT = 100;
    private static final int MAX_LIMIT = 1_000;
    private static final int DEFAULT_RUNS = 20;
    private static final int MAX_RUNS = 100;

    private final DeadLetterDesk desk;
    private final RunLog runs;

    /** Over the desk and the runs, which stay the caller's. */
    public DeadLetterRoutes(DeadLetterDesk desk, RunLog runs) {
        this.desk = desk;
        this.runs = runs;
    }

    /** Mounts the routes, each behind the guard. */
    public void mount(Router router, SecurityPolicyHandler guard) {
        BodyHandler body = BodyHandler.create(false).setBodyLimit(MAX_BODY_BYTES);
        router.get(ALL).handler(guard).handler(this::list);
        for (Action action : Action.values()) {
            router.post(ALL + "/" + action.text())
                    .handler(guard)
                    .handler(body)
                    .handler(context -> act(context, action));
        }
        router.get(RUNS).handler(guard).handler(this::listRuns);
        router.get(RUNS + "/:run").handler(guard).handler(this::getRun);
    }

    private void list(RoutingContext context) {
        Query query = new Query(context, with(DeadLetterQuery.NAMES, "limit", "cursor"));
        DeadLetterFilter filter = DeadLetterQuery.of(context.pathParam("tenant"), query);
        int limit = query.limit(DEFAULT_LIMIT, MAX_LIMIT);
        Place after = after(query);
        query.check();
        // one more than fits tells whether there are more
        blocking(
                context,
                () -> desk.list(filter, after, limit + 1),
                found -> Answers.json(context, 200, Page.of(found, limit)));
    }

    private static @Nullable Place after(Query query) {
        String cursor = query.text("cursor");
        if (cursor == null) {
            return null;
        }
        Place after = Place.parse(cursor);
        if (after == null) {
            query.fault("cursor", "is not one that was answered as nextCursor: start again without it");
        }
        return after;
    }

    /**
     * What is answered.
     *
     * @param nextCursor null on the last page
     * @param count      of all that match, on whatever page
     */
    record Page(List<DeadLetterView> items, @Nullable String nextCursor, long count) {
        static Page of(Outstanding found, int limit) {
            List<DeadLetter> newest = found.newest();
            return new Page(
                    newest.stream().limit(limit).map(DeadLetterView::of).toList(),
                    newest.size() > limit ? Place.of(newest.get(limit - 1)).text() : null,
                    found.count());
        }
    }

    private void act(RoutingContext context, Action action) {
        String tenant = context.pathParam("tenant");
        List<FieldError> faults = new ArrayList<>();
        if (!(JsonBody.read(context, action.text(), JsonBody.MEDIA_TYPE) instanceof ObjectNode object)) {
            throw JsonBody.invalid(action.text(), List.of(new FieldError("body", "must be one JSON object")));
        }
        Members members = new Members(object, "", faults);
        members.refuseOthers(with(DeadLetterQuery.NAMES, "all", "because", "dryRun"), name -> null);
        DeadLetterFilter filter = DeadLetterQuery.of(tenant, members);
        boolean dryRun = members.flag("dryRun");
        String because = members.text("because", MAX_BECAUSE_LENGTH);
        if (!members.flag("all") && DeadLetterQuery.NAMES.stream().noneMatch(members::has)) {
            members.fault("all", "must be true where there are neither ids nor another filter: it means all of them");
        }
        if (action == Action.DISCARD && !dryRun && (because == null || because.isBlank())) {
            members.fault("because", "is required: why you discard them; it stands in the audit, and can't be undone");
        }
        if (!faults.isEmpty()) {
            throw JsonBody.invalid(action.text(), faults);
        }
        if (dryRun) {
            blocking(
                    context,
                    () -> new Counted(desk.list(filter, 0).count()),
                    counted -> Answers.json(context, 200, counted));
            return;
        }
        Actor caller = Caller.of(context).actor();
        blocking(
                context,
                () -> DeadLetterRunView.of(desk.begin(action, filter, because, caller), tenant)
                        .orElseThrow(),
                begun -> {
                    context.response().putHeader(HttpHeaders.LOCATION, begun.statusUrl());
                    Answers.json(context, 202, begun);
                });
    }

    /** What a dry run found: how many match. */
    record Counted(long count) {}

    private void listRuns(RoutingContext context) {
        String tenant = context.pathParam("tenant");
        Query query = new Query(context, Set.of("limit"));
        int limit = query.limit(DEFAULT_RUNS, MAX_RUNS);
        query.check();
        List<DeadLetterRunView> items = runs.all()
                .flatMap(run -> DeadLetterRunView.of(run, tenant).stream())
                .sorted(Comparator.comparing(DeadLetterRunView::id).reversed())
                .limit(limit)
                .toList();
        Answers.json(context, 200, new Runs(items));
    }

    /** The newest first. */
    record Runs(List<DeadLetterRunView> items) {}

    /** One that isn't known yet may just have been begun, here or by another instance. */
    private void getRun(RoutingContext context) {
        Consumer<DeadLetterRunView> answer = view -> Answers.json(context, 200, view);
        known(context)
                .ifPresentOrElse(
                        answer,
                        () -> blocking(
                                context,
                                () -> {
                                    runs.catchUp();
                                    return known(context).orElseThrow(() -> unknown(context));
                                },
                                answer));
    }

    private Optional<DeadLetterRunView> known(RoutingContext context) {
        return Optional.ofNullable(runs.get(context.pathParam("run")))
                .flatMap(run -> DeadLetterRunView.of(run, context.pathParam("tenant")));
    }

    private static ProblemException unknown(RoutingContext context) {
        return new ProblemException(Problem.of(
                404,
                "unknown-run",
                "Unknown run",
                "tenant '" + context.pathParam("tenant") + "' has no replay or discard of dead letters '"
                        + context.pathParam("run") + "'"));
    }

    private static <T> void blocking(RoutingContext context, Callable<T> work, Consumer<T> whenDone) {
        context.vertx()
                .executeBlocking(work, false)
                .onComplete(whenDone::accept, failure -> Answers.failure(context, failure));
    }

    private static Set<String> with(Set<String> names, String... more) {
        Set<String> all = new HashSet<>(names);
        all.addAll(List.of(more));
        return all;
    }
}

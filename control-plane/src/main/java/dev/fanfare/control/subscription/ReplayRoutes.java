package dev.fanfare.control.subscription;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fanfare.contract.Uuid7;
import dev.fanfare.contract.event.EventRules;
import dev.fanfare.contract.problem.Problem;
import dev.fanfare.contract.problem.Problem.FieldError;
import dev.fanfare.contract.problem.ProblemException;
import dev.fanfare.contract.run.Actor;
import dev.fanfare.contract.run.EventReplay;
import dev.fanfare.contract.run.Run;
import dev.fanfare.contract.subscription.Subscription;
import dev.fanfare.control.http.Answers;
import dev.fanfare.control.http.JsonBody;
import dev.fanfare.control.http.Members;
import dev.fanfare.control.http.Query;
import dev.fanfare.runtime.http.Caller;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import io.vertx.ext.web.handler.SecurityPolicyHandler;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * {@code …/subscriptions/{id}/replay} and {@code …/replays}: past events for one subscription. A replay is written to
 * {@code fanfare.runs}; a router does the work and writes how far it is.
 *
 * <pre>
 * POST replay ─▶ subscription active? none under way? ─▶ fanfare.runs ─▶ 202, where to ask
 * GET replays, replays/{run} ◀─ what the topic has;   POST replays/{run}/stop ─▶ a wish on fanfare.runs ─▶ 202
 * </pre>
 */
public final class ReplayRoutes {
    private static final String ALL = SubscriptionRoutes.ONE + "/replays";
    private static final String ONE = ALL + "/:run";
    private static final Set<String> KNOWN = Set.of("since", "until", "types");
    private static final int DEFAULT_LIMIT = 20;
    private static final int MAX_LIMIT = 100;

    private final SubscriptionIndex index;
    private final RunLog runs;
    private final Clock clock;
    private final RandomGenerator random;

    /** Over the subscriptions and the runs, which stay the caller's. */
    public ReplayRoutes(SubscriptionIndex index, RunLog runs, Clock clock, RandomGenerator random) {
        this.index = index;
        this.runs = runs;
        this.clock = clock;
        this.random = random;
    }

    /** Mounts the routes, each behind the guard. */
    public void mount(Router router, SecurityPolicyHandler guard) {
        BodyHandler body = BodyHandler.create(false).setBodyLimit(SubscriptionRoutes.MAX_BODY_BYTES);
        router.post(SubscriptionRoutes.ONE + "/replay")
                .handler(guard)
                .handler(body)
                .handler(this::begin);
        router.get(ALL).handler(guard).handler(this::list);
        router.get(ONE).handler(guard).handler(this::get);
        router.post(ONE + "/stop").handler(guard).handler(this::stop);
    }

    private void begin(RoutingContext context) {
        JsonNode body = JsonBody.read(context, "replay", JsonBody.MEDIA_TYPE);
        Subscription subscription = ActiveSubscription.require(
                        index, context.pathParam("tenant"), context.pathParam("id"), "replayed")
                .value();
        EventReplay replay = read(body, subscription);
        Actor caller = Caller.of(context).actor();
        blocking(context, () -> runs.begin(replay, caller), begun -> {
            ReplayView view = ReplayView.of(begun);
            context.response().putHeader(HttpHeaders.LOCATION, view.statusUrl());
            Answers.json(context, 202, view);
        });
    }

    private EventReplay read(JsonNode body, Subscription subscription) {
        if (!(body instanceof ObjectNode object)) {
            throw invalid(List.of(new FieldError("body", "must be one JSON object")));
        }
        List<FieldError> faults = new ArrayList<>();
        Members members = new Members(object, "", faults);
        members.refuseOthers(KNOWN, name -> null);
        if (!members.has("since")) {
            members.fault("since", "is required: a moment in UTC, such as 2026-11-21T12:00:00Z");
        }
        Instant since = members.moment("since");
        Instant until = members.moment("until");
        if (since != null && since.isAfter(clock.instant())) {
            members.fault("since", "lies in the future: what comes is sent without a replay");
        }
        if (since != null && until != null && !until.isAfter(since)) {
            members.fault("until", "must be later than since");
        }
        List<String> types =
                members.texts("types", SubscriptionReader.MAX_EVENT_TYPES, EventRules.MAX_ATTRIBUTE_LENGTH);
        if (types != null) {
            SubscriptionReader.checkTypes(members, "types", types);
        }
        if (!faults.isEmpty()) {
            throw invalid(faults);
        }
        return new EventReplay(
                subscription.tenant(),
                subscription.id(),
                subscription.generation(),
                Objects.requireNonNull(since),
                until,
                types == null ? List.of() : types);
    }

    private void list(RoutingContext context) {
        String tenant = context.pathParam("tenant");
        String id = context.pathParam("id");
        Query query = new Query(context, Set.of("limit"));
        int limit = query.limit(DEFAULT_LIMIT, MAX_LIMIT);
        query.check();
        if (index.get(tenant, id) == null) {
            throw SubscriptionRoutes.unknown(tenant, id);
        }
        List<ReplayView> items = runs.all()
                .filter(run -> RunLog.isOf(run, tenant, id))
                .sorted(Comparator.comparing(Run::id).reversed())
                .limit(limit)
                .map(ReplayView::of)
                .toList();
        Answers.json(context, 200, new Answer(items));
    }

    /** The newest first. */
    record Answer(List<ReplayView> items) {}

    private void get(RoutingContext context) {
        find(context, run -> Answers.json(context, 200, ReplayView.of(run)));
    }

    private void stop(RoutingContext context) {
        find(context, run -> {
            if (run.state() != Run.State.RUNNING) {
                Answers.json(context, 200, ReplayView.of(run));
                return;
            }
            Actor caller = Caller.of(context).actor();
            blocking(
                    context,
                    () -> {
                        long now = clock.millis();
                        runs.write(
                                EventReplay.stop(Uuid7.mint(now, random).toString(), run.id(), caller, now),
                                "of a replay asked for");
                        return run;
                    },
                    asked -> Answers.json(context, 202, ReplayView.of(asked)));
        });
    }

    /** The run of the path; one that isn't known yet may just have been begun by another instance. */
    private void find(RoutingContext context, Consumer<Run> found) {
        Run known = known(context);
        if (known != null) {
            found.accept(known);
            return;
        }
        blocking(
                context,
                () -> {
                    runs.catchUp();
                    Run caughtUp = known(context);
                    if (caughtUp == null) {
                        throw new ProblemException(Problem.of(
                                404,
                                "unknown-replay",
                                "Unknown replay",
                                "subscription '" + context.pathParam("id") + "' has no replay '"
                                        + context.pathParam("run") + "'"));
                    }
                    return caughtUp;
                },
                found);
    }

    private @Nullable Run known(RoutingContext context) {
        Run run = runs.get(context.pathParam("run"));
        return run != null && RunLog.isOf(run, context.pathParam("tenant"), context.pathParam("id")) ? run : null;
    }

    private static void blocking(RoutingContext context, Callable<Run> work, Consumer<Run> whenDone) {
        context.vertx()
                .executeBlocking(work, false)
                .onComplete(whenDone::accept, failure -> Answers.failure(context, failure));
    }

    private static ProblemException invalid(List<FieldError> faults) {
        return new ProblemException(Problem.invalid("invalid-replay", "Invalid replay", faults));
    }
}

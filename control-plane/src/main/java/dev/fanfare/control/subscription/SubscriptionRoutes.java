package dev.fanfare.control.subscription;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fanfare.contract.DurationText;
import dev.fanfare.contract.ObjectName;
import dev.fanfare.contract.problem.Problem;
import dev.fanfare.contract.problem.ProblemException;
import dev.fanfare.contract.run.Actor;
import dev.fanfare.contract.signing.SigningKey;
import dev.fanfare.contract.signing.WebhookSecret;
import dev.fanfare.contract.subscription.Subscription;
import dev.fanfare.control.http.Answers;
import dev.fanfare.control.http.EntityTag;
import dev.fanfare.control.http.JsonBody;
import dev.fanfare.control.http.MergePatch;
import dev.fanfare.control.http.Paging;
import dev.fanfare.control.subscription.SubscriptionEdits.Placed;
import dev.fanfare.control.subscription.SubscriptionWriter.Change;
import dev.fanfare.control.subscription.SubscriptionWriter.Outcome;
import dev.fanfare.runtime.http.Caller;
import dev.fanfare.runtime.kafka.CompactedTable.Row;
import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import io.vertx.ext.web.handler.SecurityPolicyHandler;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code /v1/tenants/{tenant}/subscriptions}: create, list, get, replace, patch, delete, pause, resume,
 * verify, rotate the secret.
 *
 * <pre>
 * request ─▶ guard (key, tenant) ─▶ body ≤ 64 KiB ─▶ SubscriptionReader ─▶ SubscriptionWriter ─▶ 200 | 201 | 204
 *                                                     400 with all faults   404, 409, 412: decided on what is there
 * </pre>
 *
 * <p>{@code PUT} on an id that doesn't exist creates it, so that creating can be repeated. A signing secret is minted at
 * creation, answered once, and sealed before it leaves this process; of a key pair only the public key is answered.
 */
public final class SubscriptionRoutes {
    private static final Logger LOG = LoggerFactory.getLogger(SubscriptionRoutes.class);
    private static final String COLLECTION = "/v1/tenants/:tenant/subscriptions";
    public static final String ONE = COLLECTION + "/:id";
    static final int MAX_BODY_BYTES = 64 * 1024;
    private static final String JSON = JsonBody.MEDIA_TYPE;

    private final SubscriptionIndex index;
    private final SubscriptionEdits edits;
    private final SubscriptionActions actions;
    private final Clock clock;

    /** Over parts that stay the caller's. */
    public SubscriptionRoutes(
            SubscriptionIndex index, SubscriptionEdits edits, SubscriptionActions actions, Clock clock) {
        this.index = index;
        this.edits = edits;
        this.actions = actions;
        this.clock = clock;
    }

    /** Mounts the routes, each behind the guard. */
    public void mount(Router router, SecurityPolicyHandler guard) {
        BodyHandler body = BodyHandler.create(false).setBodyLimit(MAX_BODY_BYTES);
        router.get(COLLECTION).handler(guard).handler(this::list);
        router.post(COLLECTION).handler(guard).handler(body).handler(this::create);
        router.get(ONE).handler(guard).handler(this::get);
        router.put(ONE).handler(guard).handler(body).handler(this::replace);
        router.patch(ONE).handler(guard).handler(body).handler(this::patch);
        router.delete(ONE).handler(guard).handler(this::delete);
        router.post(ONE + "/pause").handler(guard).handler(context -> turn(context, Pausing::pause));
        router.post(ONE + "/resume").handler(guard).handler(context -> turn(context, Pausing::resume));
        router.post(ONE + "/verify").handler(guard).handler(this::verify);
        router.post(ONE + "/rotate-secret").handler(guard).handler(body).handler(this::rotate);
    }

    private void list(RoutingContext context) {
        String tenant = context.pathParam("tenant");
        Paging paging = Paging.of(context, ObjectName::isValid);
        List<Subscription> found = index.page(tenant, paging.after(), paging.wanted());
        long now = clock.millis();
        Answers.json(context, 200, paging.page(found, Subscription::id, one -> SubscriptionView.of(one, now, null)));
    }

    private void get(RoutingContext context) {
        String tenant = context.pathParam("tenant");
        String id = context.pathParam("id");
        Row<Subscription> row = index.get(tenant, id);
        if (row == null) {
            throw unknown(tenant, id);
        }
        if (!Answers.isKnown(context, row)) {
            answer(context, 200, row, null);
        }
    }

    private void create(RoutingContext context) {
        String tenant = context.pathParam("tenant");
        JsonNode body = JsonBody.read(context, "subscription", JSON);
        answer(context, edits.place(tenant, body, actor(context)), placed -> created(context, placed));
    }

    private void replace(RoutingContext context) {
        String tenant = context.pathParam("tenant");
        String id = context.pathParam("id");
        JsonNode body = JsonBody.read(context, "subscription", JSON);
        answer(context, edits.replace(tenant, id, body, actor(context), conditions(context)), placed -> {
            if (placed.isNew()) {
                created(context, placed);
            } else {
                updated(context, placed.outcome());
            }
        });
    }

    private void patch(RoutingContext context) {
        String tenant = context.pathParam("tenant");
        String id = context.pathParam("id");
        JsonNode changes = JsonBody.read(context, "subscription", JSON, MergePatch.MEDIA_TYPE);
        answer(
                context,
                edits.patch(tenant, id, changes, actor(context), conditions(context)),
                outcome -> updated(context, outcome));
    }

    private void delete(RoutingContext context) {
        String tenant = context.pathParam("tenant");
        String id = context.pathParam("id");
        answer(context, edits.delete(tenant, id, actor(context), conditions(context)), outcome -> {
            LOG.info("subscription deleted tenant={} id={}", tenant, id);
            context.response().setStatusCode(204).end();
        });
    }

    private void turn(RoutingContext context, BiFunction<Subscription, Long, Change> turn) {
        String tenant = context.pathParam("tenant");
        String id = context.pathParam("id");
        answer(
                context,
                actions.turn(tenant, id, actor(context), current -> requireConditions(context, current), turn),
                outcome -> updated(context, outcome));
    }

    private void verify(RoutingContext context) {
        answer(
                context,
                actions.verify(
                        context.pathParam("tenant"),
                        context.pathParam("id"),
                        actor(context),
                        current -> requireConditions(context, current)),
                outcome -> updated(context, outcome));
    }

    private void rotate(RoutingContext context) {
        String tenant = context.pathParam("tenant");
        String id = context.pathParam("id");
        Duration overlap = Rotation.overlap(JsonBody.readOptional(context, "rotation"));
        answer(
                context,
                actions.rotate(tenant, id, actor(context), current -> requireConditions(context, current), overlap),
                rotated -> {
                    LOG.info("secret rotated tenant={} id={} overlap={}", tenant, id, DurationText.format(overlap));
                    answer(context, 200, rotated.subscription(), secretOf(rotated.key()));
                });
    }

    private static SubscriptionEdits.Condition conditions(RoutingContext context) {
        return current -> requireConditions(context, current);
    }

    private static void requireConditions(RoutingContext context, @Nullable Row<Subscription> current) {
        EntityTag.require(
                context.request().headers().getAll(HttpHeaders.IF_MATCH),
                context.request().headers().getAll(HttpHeaders.IF_NONE_MATCH),
                current);
    }

    private static <T> void answer(RoutingContext context, CompletionStage<T> outcome, Consumer<T> whenDone) {
        Future.fromCompletionStage(outcome, context.vertx().getOrCreateContext())
                .onComplete(whenDone::accept, failure -> Answers.failure(context, failure));
    }

    private static Actor actor(RoutingContext context) {
        return Caller.of(context).actor();
    }

    private void created(RoutingContext context, Placed placed) {
        Row<Subscription> row = placed.row();
        Subscription made = row.value();
        LOG.info("subscription created tenant={} id={} offset={}", made.tenant(), made.id(), row.offset());
        context.response()
                .putHeader(HttpHeaders.LOCATION, "/v1/tenants/" + made.tenant() + "/subscriptions/" + made.id());
        answer(context, 201, row, secretOf(placed.key()));
    }

    private void updated(RoutingContext context, Outcome outcome) {
        Row<Subscription> row = Objects.requireNonNull(outcome.after());
        Subscription now = row.value();
        if (!row.equals(outcome.before())) {
            LOG.info(
                    "subscription updated tenant={} id={} state={} offset={}",
                    now.tenant(),
                    now.id(),
                    now.state(),
                    row.offset());
        }
        answer(context, 200, row, null);
    }

    private void answer(RoutingContext context, int status, Row<Subscription> row, @Nullable String secret) {
        Answers.state(context, status, row, SubscriptionView.of(row.value(), clock.millis(), secret));
    }

    /** What its owner is shown this once; of a key pair the public key is enough, which every answer has. */
    private static @Nullable String secretOf(SigningKey key) {
        return key instanceof WebhookSecret secret ? secret.reveal() : null;
    }

    /** There is no such subscription. */
    public static ProblemException unknown(String tenant, String id) {
        return new ProblemException(Problem.of(
                404,
                "unknown-subscription",
                "Unknown subscription",
                "tenant '" + tenant + "' has no subscription '" + id + "'"));
    }
}

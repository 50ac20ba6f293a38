package dev.fanfare.control.insight;

import dev.fanfare.contract.subscription.Subscription;
import dev.fanfare.control.attempt.AttemptIndex;
import dev.fanfare.control.http.Answers;
import dev.fanfare.control.http.Query;
import dev.fanfare.control.subscription.SubscriptionIndex;
import dev.fanfare.control.subscription.SubscriptionRoutes;
import dev.fanfare.runtime.kafka.CompactedTable.Row;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.SecurityPolicyHandler;
import java.time.Clock;
import java.util.Set;

/** {@code GET …/subscriptions/{id}/health}: how its endpoint does, in words and figures. */
public final class HealthRoutes {
    private final SubscriptionIndex subscriptions;
    private final AttemptIndex attempts;
    private final Clock clock;

    /** Over what stays the caller's. */
    public HealthRoutes(SubscriptionIndex subscriptions, AttemptIndex attempts, Clock clock) {
        this.subscriptions = subscriptions;
        this.attempts = attempts;
        this.clock = clock;
    }

    /** Mounts the route behind the guard. */
    public void mount(Router router, SecurityPolicyHandler guard) {
        router.get(SubscriptionRoutes.ONE + "/health").handler(guard).handler(this::get);
    }

    private void get(RoutingContext context) {
        new Query(context, Set.of()).check();
        String tenant = context.pathParam("tenant");
        String id = context.pathParam("id");
        Row<Subscription> row = subscriptions.get(tenant, id);
        if (row == null) {
            throw SubscriptionRoutes.unknown(tenant, id);
        }
        context.vertx()
                .executeBlocking(() -> Diagnosis.of(attempts, row.value(), clock.millis()), false)
                .onComplete(health -> Answers.json(context, 200, health), failure -> Answers.failure(context, failure));
    }
}

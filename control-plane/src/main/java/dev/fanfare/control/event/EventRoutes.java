package dev.fanfare.control.event;

import dev.fanfare.contract.problem.Problem;
import dev.fanfare.contract.problem.ProblemException;
import dev.fanfare.control.http.Answers;
import dev.fanfare.control.http.Query;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.SecurityPolicyHandler;
import java.util.Set;

/** {@code GET /v1/tenants/{tenant}/events/{id}}: what became of one event. */
public final class EventRoutes {
    private final EventSearch search;

    public EventRoutes(EventSearch search) {
        this.search = search;
    }

    /** Mounts the route behind the guard. */
    public void mount(Router router, SecurityPolicyHandler guard) {
        router.get("/v1/tenants/:tenant/events/:event").handler(guard).handler(this::get);
    }

    private void get(RoutingContext context) {
        new Query(context, Set.of()).check();
        String tenant = context.pathParam("tenant");
        String event = context.pathParam("event");
        context.vertx()
                .executeBlocking(
                        () -> {
                            EventStory story = search.find(tenant, event);
                            if (story == null) {
                                throw unknown(tenant, event);
                            }
                            return story;
                        },
                        false)
                .onComplete(story -> Answers.json(context, 200, story), failure -> Answers.failure(context, failure));
    }

    /** Nothing is known of it. */
    public static ProblemException unknown(String tenant, String event) {
        return new ProblemException(Problem.of(
                404,
                "unknown-event",
                "Unknown event",
                "nothing is known of an event '" + event + "' of tenant '" + tenant
                        + "': it was never accepted, is older than what the topics keep, or matched no subscription and"
                        + " came too long ago to be looked for by its id alone"));
    }
}

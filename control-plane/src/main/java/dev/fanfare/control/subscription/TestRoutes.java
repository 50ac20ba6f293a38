package dev.fanfare.control.subscription;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fanfare.contract.delivery.Delivery;
import dev.fanfare.contract.event.EventRules;
import dev.fanfare.contract.problem.Problem.FieldError;
import dev.fanfare.contract.run.Actor;
import dev.fanfare.control.http.Answers;
import dev.fanfare.control.http.JsonBody;
import dev.fanfare.control.http.Members;
import dev.fanfare.runtime.http.Caller;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import io.vertx.ext.web.handler.SecurityPolicyHandler;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** {@code POST …/subscriptions/{id}/test}: an event for this subscription alone, whatever types it wants. */
public final class TestRoutes {
    private static final Set<String> KNOWN = Set.of("type", "data");

    private final TestSender sender;

    /** Over the way to subscriptions, which stays the caller's. */
    public TestRoutes(TestSender sender) {
        this.sender = sender;
    }

    /** Mounts the route behind the guard. */
    public void mount(Router router, SecurityPolicyHandler guard) {
        router.post(SubscriptionRoutes.ONE + "/test")
                .handler(guard)
                .handler(BodyHandler.create(false).setBodyLimit(SubscriptionRoutes.MAX_BODY_BYTES))
                .handler(this::test);
    }

    /**
     * What was begun.
     *
     * @param deliveryId the {@code webhook-id} that the endpoint sees
     * @param statusUrl  its attempts; none yet where the list is empty
     */
    record Sent(String eventId, String eventType, String deliveryId, String statusUrl) {
        static Sent of(Delivery delivery) {
            return new Sent(
                    delivery.eventId(),
                    delivery.eventType(),
                    delivery.id(),
                    "/v1/tenants/" + delivery.tenant() + "/attempts?delivery=" + delivery.id());
        }
    }

    private void test(RoutingContext context) {
        ObjectNode body = JsonBody.readOptional(context, "test");
        Actor caller = Caller.of(context).actor();
        context.vertx()
                .executeBlocking(() -> send(context.pathParam("tenant"), context.pathParam("id"), body, caller), false)
                .onComplete(
                        delivery -> {
                            Sent sent = Sent.of(delivery);
                            context.response().putHeader(HttpHeaders.LOCATION, sent.statusUrl());
                            Answers.json(context, 202, sent);
                        },
                        failure -> Answers.failure(context, failure));
    }

    private Delivery send(String tenant, String id, ObjectNode body, Actor caller) {
        List<FieldError> faults = new ArrayList<>();
        Members members = new Members(body, "", faults);
        members.refuseOthers(KNOWN, name -> null);
        String type = members.text("type", EventRules.MAX_ATTRIBUTE_LENGTH);
        if (type != null && !EventRules.isEventType(type)) {
            members.fault("type", "is not an event type: letters, digits, '_' and '-' in parts joined by dots");
        }
        if (!faults.isEmpty()) {
            throw SubscriptionReader.invalid(faults);
        }
        return sender.send(tenant, id, type, members.json("data"), caller);
    }
}

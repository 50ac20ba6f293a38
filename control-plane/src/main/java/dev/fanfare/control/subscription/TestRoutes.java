package dev.fanfare.control.subscription;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fanfare.contract.Json;
import dev.fanfare.contract.Uuid7;
import dev.fanfare.contract.delivery.Delivery;
import dev.fanfare.contract.event.Event;
import dev.fanfare.contract.event.EventRules;
import dev.fanfare.contract.problem.Problem.FieldError;
import dev.fanfare.contract.subscription.Subscription;
import dev.fanfare.control.http.Answers;
import dev.fanfare.control.http.JsonBody;
import dev.fanfare.control.http.Members;
import dev.fanfare.runtime.kafka.CompactedTable.Row;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import io.vertx.ext.web.handler.SecurityPolicyHandler;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code POST …/subscriptions/{id}/test}: an event for this subscription alone, whatever types it wants. */
public final class TestRoutes {
    /** What a test is where nothing else is asked for. */
    static final String TYPE = "fanfare.test";

    private static final Logger LOG = LoggerFactory.getLogger(TestRoutes.class);
    private static final String SOURCE = "/fanfare/test";
    private static final Set<String> KNOWN = Set.of("type", "data");

    private final SubscriptionIndex index;
    private final TestSender sender;
    private final Clock clock;
    private final RandomGenerator random;

    /** Over the subscriptions and the way to them, which stay the caller's. */
    public TestRoutes(SubscriptionIndex index, TestSender sender, Clock clock, RandomGenerator random) {
        this.index = index;
        this.sender = sender;
        this.clock = clock;
        this.random = random;
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
        String tenant = context.pathParam("tenant");
        String id = context.pathParam("id");
        ObjectNode body = JsonBody.readOptional(context, "test");
        Row<Subscription> row = ActiveSubscription.require(index, tenant, id, "sent");
        context.vertx()
                .executeBlocking(() -> send(row, body), false)
                .onComplete(
                        delivery -> {
                            Sent sent = Sent.of(delivery);
                            context.response().putHeader(HttpHeaders.LOCATION, sent.statusUrl());
                            Answers.json(context, 202, sent);
                        },
                        failure -> Answers.failure(context, failure));
    }

    private Delivery send(Row<Subscription> to, ObjectNode body) {
        List<FieldError> faults = new ArrayList<>();
        Members members = new Members(body, "", faults);
        members.refuseOthers(KNOWN, name -> null);
        String type = Objects.requireNonNullElse(members.text("type", EventRules.MAX_ATTRIBUTE_LENGTH), TYPE);
        if (!EventRules.isEventType(type)) {
            members.fault("type", "is not an event type: letters, digits, '_' and '-' in parts joined by dots");
        }
        if (!faults.isEmpty()) {
            throw SubscriptionReader.invalid(faults);
        }
        Subscription subscription = to.value();
        JsonNode data = members.json("data");
        long now = clock.millis();
        Map<String, String> attributes = new LinkedHashMap<>();
        attributes.put(Event.ID, Uuid7.mint(now, random).toString());
        attributes.put(Event.TYPE, type);
        attributes.put(Event.SOURCE, SOURCE);
        attributes.put(Event.TIME, Instant.ofEpochMilli(now).toString());
        attributes.put(Event.TENANT, subscription.tenant());
        Event event = new Event(
                attributes,
                JsonBody.MEDIA_TYPE,
                (data == null ? usual(subscription) : data).toString().getBytes(UTF_8));
        Delivery delivery = sender.send(to, event, now);
        LOG.info(
                "test event sent tenant={} id={} delivery={}", subscription.tenant(), subscription.id(), delivery.id());
        return delivery;
    }

    private static JsonNode usual(Subscription subscription) {
        return Json.TOPIC
                .createObjectNode()
                .put("message", "A test: somebody asked Fanfare whether this endpoint takes its webhooks.")
                .put("subscription", subscription.id());
    }
}

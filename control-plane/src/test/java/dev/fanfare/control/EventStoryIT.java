package dev.fanfare.control;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fanfare.contract.Uuid7;
import dev.fanfare.contract.delivery.Attempt;
import dev.fanfare.contract.delivery.Delivery;
import dev.fanfare.contract.delivery.DeliveryId;
import dev.fanfare.contract.delivery.DeliveryRecords;
import dev.fanfare.contract.delivery.Progress;
import dev.fanfare.contract.delivery.SubscriptionVersion;
import dev.fanfare.contract.event.Event;
import dev.fanfare.contract.event.EventRecords;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.testkit.Fresh;
import dev.fanfare.testkit.TestBroker;
import dev.fanfare.testkit.WithBroker;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@WithBroker
class EventStoryIT {
    private static final String EVENTS = "/v1/tenants/acme/events/";

    @TempDir
    static Path folder;

    private static TestBroker broker;
    private static RunningControl control;

    @BeforeAll
    static void startTheControlPlane(@Fresh TestBroker fresh) throws Exception {
        broker = fresh;
        control = RunningControl.on(broker, folder);
    }

    @AfterAll
    static void stopTheControlPlane() {
        control.close();
    }

    @Test
    void anEventsStoryHasItsPlaceItsAttemptsAndTheStateOfEachDeliveryAlsoOfThoseNotAttemptedYet() {
        RecordMetadata place = accept("e-1", "acme");
        accept("e-other", "acme");
        long acceptedAt = place.timestamp();
        route("e-1", "billing", acceptedAt);
        route("e-1", "queued", acceptedAt);
        route("e-1", "broken", acceptedAt);
        route("e-other", "billing", acceptedAt);
        attempt("e-1", "billing", 1, "retry", 503, 60_000L, acceptedAt);
        attempt("e-1", "billing", 2, "delivered", 204, null, acceptedAt);
        attempt("e-1", "broken", 1, "rejected", 422, null, acceptedAt);
        attempt("e-1", "slow", 1, "retry", 500, 2_000L, acceptedAt);

        await().untilAsserted(() -> assertThat(
                        control.get(EVENTS + "e-1").json().path("deliveries").findValuesAsText("attempt"))
                .hasSize(4));
        JsonNode story = control.get(EVENTS + "e-1").json();

        assertThat(story.path("complete").asBoolean()).isTrue();
        assertThat(story.path("accepted")).hasSize(1);
        assertThat(story.at("/accepted/0/partition").asInt()).isEqualTo(place.partition());
        assertThat(story.at("/accepted/0/offset").asLong()).isEqualTo(place.offset());
        assertThat(story.at("/accepted/0/at").asText())
                .isEqualTo(Instant.ofEpochMilli(acceptedAt).toString());
        assertThat(story.path("deliveries").findValuesAsText("subscription"))
                .filteredOn(name -> !name.isEmpty())
                .contains("billing", "broken", "queued", "slow");
        JsonNode billing = story.at("/deliveries/0");
        assertThat(billing.path("state").asText()).isEqualTo("delivered");
        assertThat(billing.path("attempts").findValuesAsText("verdict")).containsExactly("retry", "delivered");
        JsonNode broken = story.at("/deliveries/1");
        assertThat(broken.path("state").asText()).isEqualTo("dead");
        assertThat(broken.path("reason").asText()).isEqualTo("rejected");
        assertThat(story.at("/deliveries/2/state").asText()).isEqualTo("queued");
        JsonNode slow = story.at("/deliveries/3");
        assertThat(slow.path("state").asText()).isEqualTo("waiting");
        assertThat(slow.path("dueAt").asText())
                .isEqualTo(Instant.ofEpochMilli(acceptedAt + 1_000 + 12 + 2_000).toString());
    }

    @Test
    void aDeliveryThatWasReplayedIsToldInTheOrderOfTimeAndIsWhatItWasLast() {
        long acceptedAt = accept("e-again", "acme").timestamp();
        attempt("e-again", "billing", 4, "delivered", 204, null, acceptedAt);
        attempt("e-again", "billing", 1, "retry", 503, 3_600_000L, acceptedAt + 10_000);
        await().untilAsserted(
                        () -> assertThat(control.get(EVENTS + "e-again").json().at("/deliveries/0/attempts"))
                                .hasSize(2));
        JsonNode again = control.get(EVENTS + "e-again").json().at("/deliveries/0");
        assertThat(again.path("attempts").findValuesAsText("verdict")).containsExactly("delivered", "retry");
        assertThat(again.path("state").asText()).isEqualTo("waiting");
    }

    @Test
    void whatComesToAPausedSubscriptionIsParkedUntilItIsResumed() {
        String held = RunningControl.SUBSCRIPTIONS + "/held";
        control.put(held, "{\"url\":\"https://example.com/\",\"eventTypes\":[\"*\"]}");
        control.post(held + "/pause", "{}");
        long acceptedAt = accept("e-held", "acme").timestamp();
        route("e-held", "held", acceptedAt);
        assertThat(control.get(EVENTS + "e-held")
                        .json()
                        .at("/deliveries/0/state")
                        .asText())
                .isEqualTo("parked");
        attempt("e-held", "held", 1, "retry", 503, 0L, acceptedAt - 30_000);
        await("it waited, and was due when it was paused").untilAsserted(() -> {
            JsonNode story = control.get(EVENTS + "e-held").json().at("/deliveries/0");
            assertThat(story.path("attempts")).hasSize(1);
            assertThat(story.path("state").asText()).isEqualTo("parked");
            assertThat(story.has("dueAt")).isFalse();
        });
        control.post(held + "/resume", "{}");
        assertThat(control.get(EVENTS + "e-held")
                        .json()
                        .at("/deliveries/0/state")
                        .asText())
                .isEqualTo("waiting");
    }

    @Test
    void anEventThatNobodyWantedIsFoundByItsIdAlone() {
        RecordMetadata named = accept("nobody-wants-me", "acme");
        String minted = Uuid7.mint(System.currentTimeMillis(), new Random(1)).toString();
        RecordMetadata timed = accept(minted, "acme");
        JsonNode story = control.get(EVENTS + "nobody-wants-me").json();
        assertThat(story.at("/accepted/0/offset").asLong()).isEqualTo(named.offset());
        assertThat(story.path("deliveries")).isEmpty();
        assertThat(control.get(EVENTS + minted).json().at("/accepted/0/offset").asLong())
                .isEqualTo(timed.offset());
    }

    @Test
    void anEventOfAnotherTenantIsAsUnknownAsOneThatNeverWas() {
        accept("theirs", "other");
        assertThat(control.get(EVENTS + "theirs").status()).isEqualTo(404);
        assertThat(control.get(EVENTS + "never-was").status()).isEqualTo(404);
        assertThat(control.get("/v1/tenants/other/events/theirs").status()).isEqualTo(200);
        assertThat(control.send("GET", EVENTS + "theirs", null, Map.of("authorization", ""))
                        .status())
                .isEqualTo(401);
    }

    private static RecordMetadata accept(String id, String tenant) {
        Event event = new Event(
                Map.of(Event.ID, id, Event.TYPE, "order.created", Event.SOURCE, "/shop", Event.TENANT, tenant),
                "application/json",
                "{}".getBytes(UTF_8));
        ProducerRecord<byte[], byte[]> message = new ProducerRecord<>(Topics.EVENTS, id.getBytes(UTF_8), event.data());
        EventRecords.writeHeaders(event, message.headers());
        return broker.send(message);
    }

    private static String deliveryId(String event, String subscription) {
        return DeliveryId.of("acme", "/shop", event, subscription, new UUID(1, 2));
    }

    private static void route(String event, String subscription, long acceptedAt) {
        ProducerRecord<byte[], byte[]> message = new ProducerRecord<>(
                Topics.DELIVERIES, null, acceptedAt + 5, ("acme/" + subscription).getBytes(UTF_8), new byte[0]);
        message.headers().add("ce_id", event.getBytes(UTF_8)).add("ce_type", "order.created".getBytes(UTF_8));
        DeliveryRecords.writeHeaders(
                new Delivery(
                        deliveryId(event, subscription),
                        "acme",
                        subscription,
                        new UUID(1, 2),
                        new SubscriptionVersion("topic", 7),
                        event,
                        "order.created",
                        acceptedAt,
                        Progress.NONE),
                message.headers());
        broker.send(message);
    }

    private static void attempt(
            String event,
            String subscription,
            int number,
            String verdict,
            int status,
            @Nullable Long nextDelayMillis,
            long acceptedAt) {
        Attempt attempt = new Attempt(
                deliveryId(event, subscription),
                "acme",
                subscription,
                event,
                "order.created",
                number,
                verdict,
                acceptedAt + number * 1_000L,
                12,
                status,
                null,
                nextDelayMillis,
                null,
                null,
                acceptedAt);
        broker.send(new ProducerRecord<>(Topics.ATTEMPTS, ("acme/" + subscription).getBytes(UTF_8), attempt.toJson()));
    }
}

package dev.fanfare.control;

import static dev.fanfare.control.RunningControl.SUBSCRIPTIONS;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.contract.delivery.Attempt;
import dev.fanfare.contract.delivery.Delivery;
import dev.fanfare.contract.delivery.DeliveryRecords;
import dev.fanfare.contract.delivery.Signal;
import dev.fanfare.contract.subscription.Subscription;
import dev.fanfare.contract.subscription.Subscription.State;
import dev.fanfare.contract.subscription.Verification;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.control.RunningControl.Answer;
import dev.fanfare.testkit.Fresh;
import dev.fanfare.testkit.TestBroker;
import dev.fanfare.testkit.WithBroker;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@WithBroker
class PausingIT {
    private static final String MINIMAL = "{\"url\":\"https://example.com/hook\",\"eventTypes\":[\"order.created\"]}";

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
    void pausingAndResumingMayBeRepeatedAndChangeNothingElse() throws Exception {
        String path = SUBSCRIPTIONS + "/held";
        Answer made = control.put(path, MINIMAL);
        Subscription before = onTopic("acme/held");

        Answer paused = turn(path + "/pause");
        assertThat(paused.status()).isEqualTo(200);
        assertThat(paused.json().path("state").asText()).isEqualTo("paused");
        assertThat(paused.json().path("stateReason").asText()).isEqualTo("by request");
        assertThat(paused.etag()).isNotEqualTo(made.etag());
        assertThat(turn(path + "/pause").etag()).isEqualTo(paused.etag());
        assertThat(control.get(path).body()).isEqualTo(paused.body());
        Subscription held = onTopic("acme/held");
        assertThat(held)
                .isEqualTo(before.toBuilder()
                        .state(State.PAUSED, "by request")
                        .updatedAtMillis(held.updatedAtMillis())
                        .build());

        Answer resumed = turn(path + "/resume");
        assertThat(resumed.json().path("state").asText()).isEqualTo("active");
        assertThat(resumed.json().has("stateReason")).isFalse();
        assertThat(turn(path + "/resume").etag()).isEqualTo(resumed.etag());
    }

    @Test
    void conditionsHoldForThemToo() {
        String path = SUBSCRIPTIONS + "/conditional";
        String etag = control.put(path, MINIMAL).etag();
        assertThat(control.send("POST", path + "/pause", null, Map.of("if-match", "\"0\""))
                        .status())
                .isEqualTo(412);
        assertThat(control.get(path).etag()).isEqualTo(etag);
        assertThat(control.send("POST", path + "/pause", null, Map.of("if-match", etag))
                        .status())
                .isEqualTo(200);
        assertThat(control.send("POST", path + "/resume", null, Map.of("if-match", etag))
                        .status())
                .isEqualTo(412);
    }

    @Test
    void oneThatIsDisabledIsNeitherPausedNorResumedAndIsToldTheWayOut() {
        String path = SUBSCRIPTIONS + "/off";
        control.put(path, MINIMAL.replace("}", ",\"state\":\"disabled\"}"));
        for (String turn : new String[] {"/pause", "/resume"}) {
            Answer refused = turn(path + turn);
            assertThat(refused.status()).isEqualTo(409);
            assertThat(refused.header("content-type")).isEqualTo("application/problem+json");
            assertThat(refused.json().path("detail").asText())
                    .contains("is disabled (by request)")
                    .contains("{\"state\": \"active\"}");
        }
        assertThat(control.get(path).json().path("state").asText()).isEqualTo("disabled");
    }

    @Test
    void oneThatIsNotThereOrAnotherTenantsIsUnknown() {
        control.put(SUBSCRIPTIONS + "/mine", MINIMAL);
        assertThat(turn(SUBSCRIPTIONS + "/nobody/pause").status()).isEqualTo(404);
        assertThat(turn("/v1/tenants/other/subscriptions/mine/pause").status()).isEqualTo(404);
        assertThat(control.send("POST", SUBSCRIPTIONS + "/mine/pause", null, Map.of("authorization", "Bearer x"))
                        .status())
                .isEqualTo(401);
        assertThat(control.get(SUBSCRIPTIONS + "/mine").json().path("state").asText())
                .isEqualTo("active");
    }

    @Test
    void pausedIsAStateToCreateReplaceAndPatchWithToo() {
        String path = SUBSCRIPTIONS + "/by-state";
        Answer made = control.put(path, MINIMAL.replace("}", ",\"state\":\"paused\"}"));
        assertThat(made.status()).isEqualTo(201);
        assertThat(made.json().path("stateReason").asText()).isEqualTo("by request");
        assertThat(control.patch(path, "{\"state\":\"active\"}").json().has("stateReason"))
                .isFalse();
        assertThat(control.patch(path, "{\"state\":\"paused\"}")
                        .json()
                        .path("state")
                        .asText())
                .isEqualTo("paused");
    }

    @Test
    void oneWhoseEndpointHasToAnswerAChallengeWaitsForItAndKeepsWhatComes() throws Exception {
        String path = SUBSCRIPTIONS + "/challenged";
        Answer made = control.put(path, MINIMAL.replace("}", ",\"verification\":\"challenge\"}"));
        assertThat(made.status()).as(made.body()).isEqualTo(201);
        assertThat(made.json().path("state").asText()).isEqualTo("paused");
        assertThat(made.json().path("stateReason").asText())
                .isEqualTo("waiting for its endpoint to answer the challenge");
        assertThat(made.json().path("verificationState").asText()).isEqualTo("pending");
        assertThat(turn(path + "/resume").status()).isEqualTo(409);
        assertThat(control.send("POST", path + "/test", null, Map.of()).status())
                .isEqualTo(409);
        // what was got may be sent back
        assertThat(control.put(path, control.get(path).body()).etag()).isEqualTo(made.etag());

        Verification first = onTopic("acme/challenged").verification();
        assertThat(made.body()).doesNotContain(first.challenge());
        assertThat(turn(path + "/verify").json().path("verificationState").asText())
                .isEqualTo("pending");
        Verification second = onTopic("acme/challenged").verification();
        assertThat(second.challenge()).isNotEqualTo(first.challenge());

        answer(first, 200, "{\"challenge\":\"" + first.challenge() + "\"}"); // of the question before
        answer(second, 200, "{\"challenge\":\"" + second.challenge() + "\"}");
        await().untilAsserted(() -> assertThat(
                        control.get(path).json().path("verificationState").asText())
                .isEqualTo("verified"));
        Answer verified = control.get(path);
        assertThat(verified.json().path("state").asText()).isEqualTo("active");
        assertThat(verified.json().has("stateReason")).isFalse();
        assertThat(turn(path + "/verify").etag()).isEqualTo(verified.etag());

        Answer moved = control.patch(path, "{\"url\":\"https://example.com/elsewhere\"}");
        assertThat(moved.json().path("verificationState").asText()).isEqualTo("pending");
        answer(onTopic("acme/challenged").verification(), 204, null);
        await().untilAsserted(() ->
                assertThat(control.get(path).json().path("state").asText()).isEqualTo("disabled"));
        assertThat(control.get(path).json().path("stateReason").asText()).contains("answered 204", "without it");
        // by way of a pause it must not begin either
        assertThat(control.patch(path, "{\"state\":\"paused\"}")
                        .json()
                        .path("verificationState")
                        .asText())
                .isEqualTo("failed");
        Answer again = control.patch(path, "{\"state\":\"active\"}");
        assertThat(again.json().path("state").asText()).isEqualTo("paused");
        assertThat(again.json().path("verificationState").asText()).isEqualTo("pending");
        Answer without = control.patch(path, "{\"verification\":null}");
        assertThat(without.json().path("state").asText()).isEqualTo("active");
        assertThat(turn(path + "/verify").status()).isEqualTo(409);
    }

    /** As a dispatcher would: what was asked is on its topic, and what came back among the attempts. */
    private static void answer(Verification asked, int status, String body) throws Exception {
        ConsumerRecord<byte[], byte[]> sent = await().until(
                        () -> broker.records(Topics.DELIVERIES).stream()
                                .filter(one -> new String(one.value(), UTF_8).contains(asked.challenge()))
                                .findFirst()
                                .orElse(null),
                        Objects::nonNull);
        Delivery delivery = DeliveryRecords.read(sent.headers());
        Attempt attempt = new Attempt(
                delivery.id(),
                "acme",
                "challenged",
                delivery.eventId(),
                delivery.eventType(),
                1,
                "delivered",
                System.currentTimeMillis(),
                12,
                status,
                null,
                null,
                body,
                null);
        broker.send(new ProducerRecord<>(Topics.ATTEMPTS, "acme/challenged".getBytes(UTF_8), attempt.toJson()));
    }

    @Test
    void a410DuringThePauseStillDisables() throws Exception {
        String path = SUBSCRIPTIONS + "/went-away";
        control.put(path, MINIMAL);
        turn(path + "/pause");
        Signal gone = new Signal(
                Signal.GONE,
                "acme",
                "went-away",
                onTopic("acme/went-away").generation(),
                System.currentTimeMillis(),
                "410");
        broker.send(new ProducerRecord<>(Topics.SIGNALS, "acme/went-away".getBytes(UTF_8), gone.toJson()));
        await().untilAsserted(() ->
                assertThat(control.get(path).json().path("state").asText()).isEqualTo("disabled"));
        assertThat(control.get(path).json().path("stateReason").asText()).contains("410");
    }

    private static Answer turn(String path) {
        return control.send("POST", path, null, Map.of());
    }

    private static Subscription onTopic(String key) throws Exception {
        Subscription last = null;
        for (ConsumerRecord<byte[], byte[]> record : broker.records(Topics.SUBSCRIPTIONS)) {
            if (new String(record.key(), UTF_8).equals(key) && record.value() != null) {
                last = Subscription.fromJson(record.value());
            }
        }
        return last;
    }
}

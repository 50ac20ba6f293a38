package dev.fanfare.control;

import static dev.fanfare.control.RunningControl.SUBSCRIPTIONS;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.contract.delivery.Signal;
import dev.fanfare.contract.subscription.Subscription;
import dev.fanfare.contract.subscription.Subscription.State;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.control.RunningControl.Answer;
import dev.fanfare.testkit.Fresh;
import dev.fanfare.testkit.TestBroker;
import dev.fanfare.testkit.WithBroker;
import java.nio.file.Path;
import java.util.Map;
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

package dev.fanfare.control;

import static dev.fanfare.control.RunningControl.SUBSCRIPTIONS;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.contract.delivery.Attempt;
import dev.fanfare.contract.delivery.Signal;
import dev.fanfare.contract.subscription.Subscription;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.control.RunningControl.Answer;
import dev.fanfare.control.subscription.SignalFollower;
import dev.fanfare.testkit.Fresh;
import dev.fanfare.testkit.LogLines;
import dev.fanfare.testkit.TestBroker;
import dev.fanfare.testkit.WithBroker;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What dispatchers write of endpoints and attempts, and what the API makes of it. */
@WithBroker
class ToldByDispatchersIT {
    private static final String MINIMAL = "{\"url\":\"https://example.com/hook\",\"eventTypes\":[\"order.created\"]}";

    /** A whole second: what is older than the topic's retention is not found. */
    private static final long FIRST_ATTEMPT_MILLIS = System.currentTimeMillis() / 1_000 * 1_000 - 60_000;

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
    void a410DisablesTheSubscriptionUnlessItsOwnerHasActedSince() throws Exception {
        String path = SUBSCRIPTIONS + "/went-away";
        control.put(path, MINIMAL);
        Subscription subscription = onTopic("acme/went-away");
        long now = System.currentTimeMillis();
        signal(new Signal(Signal.GONE, "acme", "went-away", UUID.randomUUID(), now, "of an earlier generation"));
        signal(new Signal(Signal.GONE, "acme", "nobody", subscription.generation(), now, "of nobody"));
        broker.send(new ProducerRecord<>(Topics.SIGNALS, "x".getBytes(UTF_8), "{}".getBytes(UTF_8)));
        Signal gone = new Signal(Signal.GONE, "acme", "went-away", subscription.generation(), now, "410");
        signal(gone);
        await().untilAsserted(() ->
                assertThat(control.get(path).json().path("state").asText()).isEqualTo("disabled"));
        assertThat(control.get(path).json().path("stateReason").asText()).contains("410");
        assertThat(onTopic("acme/went-away").secrets()).isEqualTo(subscription.secrets());

        assertThat(control.patch(path, "{\"state\":\"active\"}").json().has("stateReason"))
                .isFalse();
        signal(gone);
        control.put(SUBSCRIPTIONS + "/went-too", MINIMAL);
        signal(new Signal(
                Signal.GONE,
                "acme",
                "went-too",
                onTopic("acme/went-too").generation(),
                System.currentTimeMillis(),
                "410"));
        await().untilAsserted(() -> assertThat(control.get(SUBSCRIPTIONS + "/went-too")
                        .json()
                        .path("state")
                        .asText())
                .isEqualTo("disabled"));
        assertThat(control.get(path).json().path("state").asText()).isEqualTo("active");
    }

    @Test
    void a410ThatCouldNotBeWrittenAndThoseBehindItCountOnceTheyCan() throws Exception {
        List<String> ids = List.of("unwritten-1", "unwritten-2", "unwritten-3");
        for (String id : ids) {
            control.put(SUBSCRIPTIONS + "/" + id, MINIMAL);
        }
        mostBytesOfASubscription("100");
        try (LogLines said = LogLines.of(SignalFollower.class)) {
            for (String id : ids) {
                signal(new Signal(
                        Signal.GONE,
                        "acme",
                        id,
                        onTopic("acme/" + id).generation(),
                        System.currentTimeMillis(),
                        "410"));
            }
            await().until(() -> said.all().stream().anyMatch(line -> line.startsWith("following signals failed")));
        } finally {
            mostBytesOfASubscription("2097152");
        }
        for (String id : ids) {
            await().untilAsserted(() -> assertThat(control.get(SUBSCRIPTIONS + "/" + id)
                            .json()
                            .path("state")
                            .asText())
                    .isEqualTo("disabled"));
        }
    }

    private static void mostBytesOfASubscription(String bytes) throws Exception {
        ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, Topics.SUBSCRIPTIONS);
        broker.admin()
                .incrementalAlterConfigs(Map.of(
                        topic,
                        List.of(new AlterConfigOp(
                                new ConfigEntry("max.message.bytes", bytes), AlterConfigOp.OpType.SET))))
                .all()
                .get();
    }

    @Test
    void attemptsAreToldNewestFirstAndFiltered() {
        for (int i = 0; i < 20; i++) {
            attempt(i % 2 == 0 ? "acme" : "other", "sub-" + i % 4, i, i % 3 == 0 ? "retry" : "delivered");
        }
        String path = "/v1/tenants/acme/attempts";
        await().untilAsserted(
                        () -> assertThat(control.get(path).json().path("items")).hasSize(10));
        List<String> order = control.get(path).json().findValuesAsText("eventId");
        assertThat(order).startsWith("event-18", "event-16").endsWith("event-0");
        assertThat(control.get(path + "?subscription=sub-2").json().path("items"))
                .hasSize(5);
        assertThat(control.get(path + "?verdict=retry").json().findValuesAsText("eventId"))
                .containsExactly("event-18", "event-12", "event-6", "event-0");
        assertThat(control.get(path + "?delivery=dlv_4").json().path("items")).hasSize(1);
        assertThat(control.get(path + "?event=event-5").json().path("items")).isEmpty();
        assertThat(control.get(path + "?since=" + Instant.ofEpochMilli(FIRST_ATTEMPT_MILLIS + 14_000) + "&limit=2")
                        .json()
                        .findValuesAsText("eventId"))
                .containsExactly("event-18", "event-16");
        String first = control.get(path + "?limit=4").json().path("nextCursor").asText();
        Answer second = control.get(path + "?limit=10&cursor=" + first);
        assertThat(second.json().findValuesAsText("eventId"))
                .startsWith("event-10")
                .hasSize(6);
        assertThat(second.json().hasNonNull("nextCursor")).isFalse();
        assertThat(control.get(path + "?until=" + Instant.ofEpochMilli(FIRST_ATTEMPT_MILLIS + 4_000))
                        .json()
                        .findValuesAsText("eventId"))
                .containsExactly("event-2", "event-0");
        assertThat(control.get(path + "?status=503").json().path("items")).isEmpty();
        assertThat(control.get(path + "?status=9&cursor=abc").faultyFields())
                .containsExactlyInAnyOrder("status", "cursor");
        assertThat(control.get(path + "?verdict=deliverd&since=noon&what=x").faultyFields())
                .containsExactlyInAnyOrder("verdict", "since", "what");
        assertThat(control.send("GET", path, null, Map.of("authorization", "")).status())
                .isEqualTo(401);
    }

    private static void attempt(String tenant, String subscription, int second, String verdict) {
        Attempt attempt = new Attempt(
                "dlv_" + second,
                tenant,
                subscription,
                "event-" + second,
                "order.created",
                1,
                verdict,
                FIRST_ATTEMPT_MILLIS + second * 1_000L,
                12,
                200,
                null,
                null,
                null,
                null);
        broker.send(
                new ProducerRecord<>(Topics.ATTEMPTS, (tenant + "/" + subscription).getBytes(UTF_8), attempt.toJson()));
    }

    private static void signal(Signal signal) {
        broker.send(new ProducerRecord<>(
                Topics.SIGNALS, (signal.tenant() + "/" + signal.subscription()).getBytes(UTF_8), signal.toJson()));
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

package dev.fanfare.control;

import static dev.fanfare.control.RunningControl.SUBSCRIPTIONS;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.contract.run.AuditEntry;
import dev.fanfare.contract.run.EventReplay;
import dev.fanfare.contract.run.Run;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.control.RunningControl.Answer;
import dev.fanfare.testkit.Fresh;
import dev.fanfare.testkit.TestBroker;
import dev.fanfare.testkit.WithBroker;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The control plane's half of replays; the router's is played by the test. */
@WithBroker
class ReplayApiIT {
    private static final String MINIMAL = "{\"url\":\"https://example.com/\",\"eventTypes\":[\"*\"]}";
    private static final String SINCE = "{\"since\":\"2026-01-01T00:00:00Z\"}";

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
    void aReplayIsBegunFollowedAndStopped() throws Exception {
        String path = SUBSCRIPTIONS + "/past";
        control.put(path, MINIMAL);
        Answer begun = control.post(
                path + "/replay",
                "{\"since\":\"2026-01-01T00:00:00Z\",\"until\":\"2026-01-02T00:00:00Z\",\"types\":[\"order.*\"]}");
        assertThat(begun.status()).as(begun.body()).isEqualTo(202);
        String id = begun.json().path("id").asText();
        String where = begun.header("location");
        assertThat(where).isEqualTo(path + "/replays/" + id);
        assertThat(begun.json().path("state").asText()).isEqualTo("running");
        assertThat(begun.json().has("left")).isFalse();
        assertThat(control.get(where).body()).isEqualTo(begun.body());

        Run run = Run.fromJson(last(id).value());
        EventReplay replay = EventReplay.of(run);
        assertThat(replay.subscriptionKey()).isEqualTo("acme/past");
        assertThat(replay.since()).isEqualTo(Instant.parse("2026-01-01T00:00:00Z"));
        assertThat(replay.types()).containsExactly("order.*");

        Answer second = control.post(path + "/replay", SINCE);
        assertThat(second.status()).isEqualTo(409);
        assertThat(second.json().path("detail").asText()).contains(id);

        write(run.within(Map.of("fanfare.events/0", 4L), Map.of("fanfare.events/0", 10L))
                .at(Run.State.RUNNING, Map.of(EventReplay.SCANNED, 4L, EventReplay.SENT, 2L), 5, null));
        await().untilAsserted(() ->
                assertThat(control.get(where).json().path("left").asLong(-1)).isEqualTo(6));
        assertThat(control.get(where).json().path("sent").asLong()).isEqualTo(2);

        Answer asked = control.send("POST", where + "/stop", null, Map.of());
        assertThat(asked.status()).isEqualTo(202);
        assertThat(broker.records(Topics.RUNS))
                .extracting(message -> EventReplay.stops(Run.fromJson(message.value())))
                .contains(id);

        write(run.at(
                Run.State.STOPPED,
                Map.of(),
                Instant.parse("2026-02-01T00:00:00Z").toEpochMilli(),
                "by request"));
        await().untilAsserted(() ->
                assertThat(control.get(where).json().path("state").asText()).isEqualTo("stopped"));
        assertThat(control.get(where).json().path("endedAt").asText()).isEqualTo("2026-02-01T00:00:00Z");
        assertThat(control.send("POST", where + "/stop", null, Map.of()).status())
                .isEqualTo(200);

        Answer next = control.post(path + "/replay", SINCE);
        assertThat(next.status()).isEqualTo(202);
        assertThat(control.get(path + "/replays").json().path("items").findValuesAsText("id"))
                .containsExactly(next.json().path("id").asText(), id);
        List<String> audited = broker.records(Topics.AUDIT).stream()
                .map(message -> new String(message.value(), UTF_8))
                .filter(text -> text.contains(id))
                .toList();
        assertThat(audited).anySatisfy(text -> assertThat(
                        AuditEntry.fromJson(text.getBytes(UTF_8)).action())
                .isEqualTo("event-replay began"));
    }

    @Test
    void whatIsWrongIsToldFieldByField() {
        control.put(SUBSCRIPTIONS + "/faulty", MINIMAL);
        String path = SUBSCRIPTIONS + "/faulty/replay";
        assertThat(control.post(path, "{}").faultyFields()).containsExactly("since");
        assertThat(control.post(path, "{\"since\":\"yesterday\",\"until\":7,\"type\":[\"a\"],\"types\":[\"a..b\"]}")
                        .faultyFields())
                .containsExactlyInAnyOrder("since", "until", "type", "types");
        assertThat(control.post(path, "{\"since\":\"2999-01-01T00:00:00Z\"}").faultyFields())
                .containsExactly("since");
        assertThat(control.post(path, "{\"since\":\"2026-01-02T00:00:00Z\",\"until\":\"2026-01-02T00:00:00Z\"}")
                        .faultyFields())
                .containsExactly("until");
        assertThat(control.get(SUBSCRIPTIONS + "/faulty/replays").json().path("items"))
                .isEmpty();
    }

    @Test
    void nothingIsReplayedToOneThatGetsNothing() {
        control.put(SUBSCRIPTIONS + "/off", MINIMAL.replace("}", ",\"state\":\"disabled\"}"));
        control.put(SUBSCRIPTIONS + "/held", MINIMAL.replace("}", ",\"state\":\"paused\"}"));
        assertThat(control.post(SUBSCRIPTIONS + "/off/replay", SINCE).status()).isEqualTo(409);
        Answer held = control.post(SUBSCRIPTIONS + "/held/replay", SINCE);
        assertThat(held.status()).isEqualTo(409);
        assertThat(held.json().path("detail").asText()).contains("resume it first");
        assertThat(control.post(SUBSCRIPTIONS + "/nobody/replay", SINCE).status())
                .isEqualTo(404);
    }

    @Test
    void ofReplaysThatAreAskedForAtOnceOneIsBegun() {
        control.put(SUBSCRIPTIONS + "/hasty", MINIMAL);
        List<CompletableFuture<Integer>> asked = Stream.generate(() -> CompletableFuture.supplyAsync(
                        () -> control.post(SUBSCRIPTIONS + "/hasty/replay", SINCE)
                                .status(),
                        task -> new Thread(task).start()))
                .limit(4)
                .toList();
        assertThat(asked.stream().map(CompletableFuture::join)).containsOnlyOnce(202);
        assertThat(control.get(SUBSCRIPTIONS + "/hasty/replays").json().path("items"))
                .hasSize(1);
    }

    @Test
    void aRunOfAnotherSubscriptionOrKindIsUnknownHere() {
        control.put(SUBSCRIPTIONS + "/mine", MINIMAL);
        control.put(SUBSCRIPTIONS + "/yours", MINIMAL);
        String id = control.post(SUBSCRIPTIONS + "/mine/replay", SINCE)
                .json()
                .path("id")
                .asText();
        assertThat(control.get(SUBSCRIPTIONS + "/mine/replays/" + id).status()).isEqualTo(200);
        assertThat(control.get(SUBSCRIPTIONS + "/yours/replays/" + id).status()).isEqualTo(404);
        assertThat(control.get("/v1/tenants/other/subscriptions/mine/replays/" + id)
                        .status())
                .isEqualTo(404);
        assertThat(control.send("POST", SUBSCRIPTIONS + "/yours/replays/" + id + "/stop", null, Map.of())
                        .status())
                .isEqualTo(404);
    }

    /** As the router writes it. */
    private static void write(Run run) {
        broker.send(new ProducerRecord<>(Topics.RUNS, run.id().getBytes(UTF_8), run.toJson()));
    }

    private static ConsumerRecord<byte[], byte[]> last(String runId) {
        return broker.records(Topics.RUNS).stream()
                .filter(message -> new String(message.key(), UTF_8).equals(runId))
                .reduce((first, second) -> second)
                .orElseThrow();
    }
}

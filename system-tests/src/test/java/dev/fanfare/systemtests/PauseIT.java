package dev.fanfare.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fanfare.testkit.Answer;
import dev.fanfare.testkit.FaultyReceiver;
import dev.fanfare.testkit.ReceivedRequest;
import dev.fanfare.testkit.guarantee.AllSigned;
import dev.fanfare.testkit.guarantee.BodiesByteForByte;
import dev.fanfare.testkit.guarantee.EveryMatchArrived;
import dev.fanfare.testkit.guarantee.ExpectedDelivery;
import dev.fanfare.testkit.guarantee.Guarantee;
import dev.fanfare.testkit.guarantee.History;
import dev.fanfare.testkit.guarantee.IdsStableAndUnique;
import dev.fanfare.testkit.guarantee.NothingElseArrived;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Pause and resume as a subscriber sees them: {@code ./fanfare dev} in a process of its own. It serves the tests one after the
 * other; each takes its subscriptions away again.
 */
class PauseIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    @TempDir
    static Path folder;

    private static DevProcess dev;

    private final FaultyReceiver receiver = FaultyReceiver.start();
    private final Map<String, String> secrets = new HashMap<>();
    private final List<ExpectedDelivery> expected = new ArrayList<>();

    @BeforeEach
    void startIfNeedBe() {
        if (dev == null || !dev.isRunning()) {
            dev = DevProcess.start(folder, "--retry-tiers=1s,2s,5s");
        }
    }

    @AfterEach
    void unsubscribe() {
        secrets.keySet().forEach(id -> dev.delete("/v1/tenants/default/subscriptions/" + id));
        receiver.close();
    }

    @AfterAll
    static void stop() {
        if (dev != null) {
            dev.close();
        }
    }

    @Test
    void whatComesDuringAPauseArrivesOnceAndSignedWhenItIsResumed() throws Exception {
        subscribe("held");
        subscribe("other");
        assertThat(turn("held", "pause")).isEqualTo("paused");
        send(200, "during");
        // the other one shows that all was dispatched
        receiver.awaitCount(200, PATIENCE);
        awaitParked(200);
        assertThat(receiver.requests("/held")).as("nothing while paused").isEmpty();

        assertThat(turn("held", "resume")).isEqualTo("active");
        send(20, "after");
        receiver.awaitCount(440, PATIENCE);
        awaitParked(0);

        Guarantee.assertAll(
                History.byPath(expected, receiver.exchanges()),
                new EveryMatchArrived(),
                new NothingElseArrived(),
                new BodiesByteForByte(),
                new IdsStableAndUnique(),
                new AllSigned(secrets));
        assertThat(receiver.requests()).as("once each").hasSize(440);
    }

    @Test
    void pausedAndResumedOverAndOverNothingIsLost() throws Exception {
        subscribe("held");
        for (int round = 0; round < 5; round++) {
            turn("held", "pause");
            send(40, "paused-" + round);
            turn("held", "resume");
            send(10, "resumed-" + round);
        }
        Awaitility.await("all of them")
                .atMost(PATIENCE)
                .untilAsserted(() ->
                        Guarantee.assertAll(History.byPath(expected, receiver.exchanges()), new EveryMatchArrived()));
        awaitParked(0);
        Guarantee.assertAll(
                History.byPath(expected, receiver.exchanges()),
                new NothingElseArrived(),
                new IdsStableAndUnique(),
                new AllSigned(secrets));
        assertThat(receiver.requests()).as("once each, as nothing failed").hasSize(250);
    }

    @Test
    void killedInTheMiddleOfAResumeNothingIsLost() throws Exception {
        subscribe("held");
        turn("held", "pause");
        send(1_500, "held");
        awaitParked(1_500);
        turn("held", "resume");
        receiver.awaitCount(1, PATIENCE);
        dev.kill();
        dev = DevProcess.start(folder, "--retry-tiers=1s,2s,5s");

        Awaitility.await("all of them")
                .atMost(PATIENCE)
                .untilAsserted(() ->
                        Guarantee.assertAll(History.byPath(expected, receiver.exchanges()), new EveryMatchArrived()));
        awaitParked(0);
        Guarantee.assertAll(
                History.byPath(expected, receiver.exchanges()),
                new NothingElseArrived(),
                new BodiesByteForByte(),
                new IdsStableAndUnique(),
                new AllSigned(secrets));
    }

    @Test
    void anEndpointThatAnswersItsChallengeGetsWhatCameMeanwhileAndOneThatDoesNotIsDisabled() throws Exception {
        AtomicBoolean answers = new AtomicBoolean();
        receiver.on(
                "/proving",
                request -> isChallenge(request) && !answers.get()
                        ? Answer.status(503)
                        : Answer.status(200).body(request.bodyText()));
        receiver.on("/mute", Answer.status(204));
        String schedule = String.join(",", Collections.nCopies(45, "\"1s\""));
        for (String id : List.of("proving", "mute")) {
            subscribe(id, "\"verification\":\"challenge\",\"retry\":{\"schedule\":[" + schedule + "]}");
        }
        secrets.keySet().remove("mute"); // nothing is expected there
        send(1, "meanwhile");
        awaitState("mute", "disabled");
        assertThat(receiver.requests("/proving")).as("nothing but challenges").allMatch(PauseIT::isChallenge);
        answers.set(true);
        awaitState("proving", "active");
        Awaitility.await("what was kept").atMost(PATIENCE).until(() -> receiver.requests("/proving").stream()
                .anyMatch(request -> !isChallenge(request)));
        assertThat(receiver.requests("/mute")).allMatch(PauseIT::isChallenge);
        assertThat(receiver.requests("/proving").stream().filter(request -> !isChallenge(request)))
                .singleElement()
                .extracting(ReceivedRequest::bodyText)
                .isEqualTo("{\"n\":0}");
        dev.delete("/v1/tenants/default/subscriptions/mute");
        awaitParked(0);
    }

    private static boolean isChallenge(ReceivedRequest request) {
        return "fanfare.verification".equals(request.header("ce-type"));
    }

    private static void awaitState(String id, String state) {
        Awaitility.await(id + " is " + state).atMost(PATIENCE).until(() -> dev.get(
                        "/v1/tenants/default/subscriptions/" + id)
                .body()
                .contains("\"state\":\"" + state + "\""));
    }

    private void subscribe(String id) throws Exception {
        subscribe(id, "\"retry\":{\"schedule\":[\"1s\",\"2s\",\"5s\"]}");
    }

    private void subscribe(String id, String more) throws Exception {
        String body =
                "{\"id\":\"%s\",\"url\":\"%s\",\"eventTypes\":[\"*\"],%s}".formatted(id, receiver.url("/" + id), more);
        HttpResponse<String> response = dev.send(
                "POST", "/v1/tenants/default/subscriptions", "application/json", body.getBytes(StandardCharsets.UTF_8));
        assertThat(response.statusCode()).as(response.body()).isEqualTo(201);
        secrets.put(id, JSON.readTree(response.body()).path("secret").asText());
    }

    /** Pauses or resumes, and says which state that came to. */
    private String turn(String id, String turn) throws Exception {
        HttpResponse<String> response = dev.send(
                "POST", "/v1/tenants/default/subscriptions/" + id + "/" + turn, "application/json", new byte[0]);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        JsonNode subscription = JSON.readTree(response.body());
        return subscription.path("state").asText();
    }

    /** In requests of up to a hundred. */
    private void send(int count, String name) {
        for (int from = 0; from < count; from += 100) {
            List<String> events = new ArrayList<>();
            for (int i = from; i < Math.min(count, from + 100); i++) {
                String id = name + "-" + i;
                String data = "{\"n\":" + i + "}";
                events.add("{\"id\":\"%s\",\"type\":\"pause.test\",\"data\":%s}".formatted(id, data));
                secrets.keySet()
                        .forEach(subscription -> expected.add(
                                new ExpectedDelivery(id, subscription, data.getBytes(StandardCharsets.UTF_8))));
            }
            HttpResponse<String> response = dev.send(
                    "POST",
                    "/v1/tenants/default/events",
                    "application/json",
                    events.toString().getBytes(StandardCharsets.UTF_8));
            assertThat(response.statusCode()).as(response.body()).isEqualTo(202);
        }
    }

    private void awaitParked(int count) {
        Awaitility.await(count + " parked").atMost(PATIENCE).untilAsserted(() -> assertThat(
                        dev.get("/metrics").body().lines())
                .contains("fanfare_parked_outstanding " + count + ".0"));
    }
}

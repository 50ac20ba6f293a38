package dev.fanfare.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.svix.Webhook;
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
import dev.fanfare.testkit.guarantee.NeverEarly;
import dev.fanfare.testkit.guarantee.NothingElseArrived;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * The whole pipeline as a newcomer meets it: {@code ./fanfare dev} in a process of its own, everything else over the wire. One
 * process serves the tests one after the other; each takes its subscriptions away again.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class DevPipelineIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    @TempDir
    static Path folder;

    private static DevProcess dev;
    /** Whether a test has had it before. */
    private static boolean used;

    private final FaultyReceiver receiver = FaultyReceiver.start();
    private final Map<String, String> secrets = new HashMap<>();

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
        used = true;
    }

    @AfterAll
    static void stop() {
        if (dev != null) {
            dev.close();
        }
    }

    @Test
    void realEventsArriveByteForByteSignedAndOnce() throws Exception {
        List<GithubEvent> events = GithubEvent.all();
        subscribe("all", "*");
        subscribe("exact", "github.push");
        subscribe("prefix", "github.issues.*");
        subscribe("none", "gitlab.push");

        List<ExpectedDelivery> expected = new ArrayList<>();
        for (GithubEvent event : events) {
            assertThat(post(event.json()).statusCode()).as(event.type()).isEqualTo(202);
            expected.add(new ExpectedDelivery(event.id(), "all", event.data()));
            if (event.type().equals("github.push")) {
                expected.add(new ExpectedDelivery(event.id(), "exact", event.data()));
            }
            if (event.type().startsWith("github.issues.")) {
                expected.add(new ExpectedDelivery(event.id(), "prefix", event.data()));
            }
        }
        assertThat(expected)
                .as("each of the three subscriptions matches something")
                .hasSizeGreaterThan(events.size() + 2);

        receiver.awaitCount(expected.size(), PATIENCE);
        History history = History.byPath(expected, receiver.exchanges());
        Guarantee.assertAll(
                history,
                new EveryMatchArrived(),
                new NothingElseArrived(),
                new BodiesByteForByte(),
                new IdsStableAndUnique(),
                new AllSigned(secrets));
        assertThat(history.arrivals()).as("once each, as nothing failed").hasSize(expected.size());
        for (ReceivedRequest request : receiver.requests()) {
            verifyWithSvix(request);
        }
    }

    @Test
    void aSubscriptionCountsFromItsConfirmationOn() {
        List<ExpectedDelivery> expected = new ArrayList<>();
        for (int i = 0; i < 25; i++) {
            subscribe("new-" + i, "only.for.n" + i);
            assertThat(post(event("e-" + i, "only.for.n" + i, "{\"n\":" + i + "}"))
                            .statusCode())
                    .isEqualTo(202);
            expected.add(
                    new ExpectedDelivery("e-" + i, "new-" + i, ("{\"n\":" + i + "}").getBytes(StandardCharsets.UTF_8)));
        }
        receiver.awaitCount(expected.size(), PATIENCE);
        Guarantee.assertAll(
                History.byPath(expected, receiver.exchanges()), new EveryMatchArrived(), new NothingElseArrived());
    }

    @Test
    void pastEventsAreReplayedToANewSubscriptionAndAgainToAnOldOneUnderTheirIds() {
        List<ExpectedDelivery> expected = new ArrayList<>();
        subscribe("old", "past.*");
        for (int i = 0; i < 10; i++) {
            String data = "{\"n\":" + i + "}";
            assertThat(post(event("p-" + i, "past.made", data)).statusCode()).isEqualTo(202);
            for (String subscription : List.of("old", "late")) {
                expected.add(new ExpectedDelivery("p-" + i, subscription, data.getBytes(StandardCharsets.UTF_8)));
            }
        }
        receiver.awaitCount(10, PATIENCE);
        subscribe("late", "past.*");
        for (String subscription : List.of("old", "late")) {
            HttpResponse<String> begun = dev.send(
                    "POST",
                    "/v1/tenants/default/subscriptions/" + subscription + "/replay",
                    "application/json",
                    "{\"since\":\"2026-01-01T00:00:00Z\"}".getBytes(StandardCharsets.UTF_8));
            assertThat(begun.statusCode()).as(begun.body()).isEqualTo(202);
        }
        receiver.awaitCount(30, PATIENCE);
        Guarantee.assertAll(
                History.byPath(expected, receiver.exchanges()),
                new EveryMatchArrived(),
                new NothingElseArrived(),
                new BodiesByteForByte(),
                new IdsStableAndUnique(),
                new AllSigned(secrets));
        assertThat(receiver.requests("/old")).as("each twice").hasSize(20);
    }

    @Test
    @Order(1)
    void whatFailsIsTriedAgainInTimeUnderTheSameIdAndEndsAsADeadLetter() throws Exception {
        if (used) {
            restart(); // its counters are looked at
        }
        receiver.on("/twice", Answer.status(500), Answer.status(503), Answer.status(204));
        receiver.on("/never", Answer.status(500));
        subscribe("twice", "order.*");
        subscribe("never", "order.*");
        assertThat(post(event("o-1", "order.created", "{\"total\":1.50}")).statusCode())
                .isEqualTo(202);

        byte[] body = "{\"total\":1.50}".getBytes(StandardCharsets.UTF_8);
        receiver.awaitCount(3 + 4, PATIENCE);
        Guarantee.assertAll(
                History.byPath(
                        List.of(new ExpectedDelivery("o-1", "twice", body), new ExpectedDelivery("o-1", "never", body)),
                        receiver.exchanges().stream()
                                .filter(exchange -> exchange.request().path().equals("/twice"))
                                .toList()),
                new IdsStableAndUnique(),
                new BodiesByteForByte(),
                new NeverEarly(List.of(Duration.ofSeconds(1), Duration.ofSeconds(2))),
                new AllSigned(secrets));
        assertThat(receiver.requests("/twice")).hasSize(3);

        Awaitility.await("the dead letter").atMost(PATIENCE).untilAsserted(() -> {
            List<JsonNode> letters = deadLetters();
            assertThat(letters).hasSize(1);
            assertThat(letters.get(0).path("subscription").asText()).isEqualTo("never");
            assertThat(letters.get(0).path("reason").asText()).isEqualTo("exhausted");
            assertThat(letters.get(0).path("status").asInt()).isEqualTo(500);
            assertThat(letters.get(0).path("attempts").asInt()).isEqualTo(4);
            assertThat(letters.get(0).path("eventId").asText()).isEqualTo("o-1");
        });
        assertThat(receiver.requests("/never")).hasSize(4);

        Set<String> documented = MetricNames.documented();
        Awaitility.await("metrics as docs/reference/metrics.md has them")
                .atMost(PATIENCE)
                .untilAsserted(() -> {
                    String scrape = dev.get("/metrics").body();
                    assertThat(MetricNames.shown(scrape)).isEqualTo(documented);
                    assertThat(scrape)
                            .contains("fanfare_events_accepted_total 1.0")
                            .contains("fanfare_deliveries_routed_total{source=\"event\"} 2.0")
                            .contains("fanfare_deliveries_delivered_total 1.0")
                            .contains("fanfare_attempts_total{status=\"5xx\",verdict=\"retry\"} 5.0")
                            .contains("fanfare_delivery_retries_sum{ended=\"delivered\"} 2.0")
                            .contains("fanfare_delivery_retries_sum{ended=\"dead\"} 3.0")
                            .contains("fanfare_dead_letters_total{reason=\"exhausted\"} 1.0")
                            .contains("fanfare_dead_letters_outstanding{reason=\"exhausted\"} 1.0")
                            .contains("fanfare_subscriptions{state=\"active\"} 2.0")
                            .contains("fanfare_ready{role=\"router\"} 1.0");
                });
    }

    @Test
    void producingStraightToKafkaWorksAsWellAsTheApi() throws Exception {
        subscribe("direct", "shop.*");
        byte[] body = "<order id='1'/>".getBytes(StandardCharsets.UTF_8);
        produceToKafka("direct-1", "shop.order", "application/xml", body);
        List<ReceivedRequest> requests = receiver.awaitCount(1, PATIENCE);
        assertThat(requests.get(0).body()).isEqualTo(body);
        assertThat(requests.get(0).header("content-type")).isEqualTo("application/xml");
        assertThat(requests.get(0).header("ce-id")).isEqualTo("direct-1");
        verifyWithSvix(requests.get(0));
    }

    @Test
    void killedInTheMiddleItCarriesOnAndNothingIsLost() {
        subscribe("all", "*");
        List<ExpectedDelivery> expected = new ArrayList<>();
        postToBeKilled(0, 300, expected);
        receiver.awaitCount(20, PATIENCE);
        dev.kill();
        dev = DevProcess.start(folder, "--retry-tiers=1s,2s,5s");
        // when these are there, the router has gone again over what it hadn't committed: no later test gets that
        postToBeKilled(300, 350, expected);

        Awaitility.await("all of them")
                .atMost(PATIENCE)
                .untilAsserted(() ->
                        Guarantee.assertAll(History.byPath(expected, receiver.exchanges()), new EveryMatchArrived()));
        Guarantee.assertAll(
                History.byPath(expected, receiver.exchanges()),
                new NothingElseArrived(),
                new BodiesByteForByte(),
                new IdsStableAndUnique(),
                new AllSigned(secrets));
    }

    private static void postToBeKilled(int from, int to, List<ExpectedDelivery> expected) {
        for (int i = from; i < to; i++) {
            String data = "{\"n\":" + i + "}";
            assertThat(post(event("k-" + i, "kill.test", data)).statusCode()).isEqualTo(202);
            expected.add(new ExpectedDelivery("k-" + i, "all", data.getBytes(StandardCharsets.UTF_8)));
        }
    }

    @Test
    void aPlannedRestartRepeatsNothing() {
        subscribe("all", "*");
        for (int i = 0; i < 50; i++) {
            assertThat(post(event("r-" + i, "restart.test", "{}")).statusCode()).isEqualTo(202);
        }
        receiver.awaitCount(50, PATIENCE);
        restart();
        assertThat(post(event("r-after", "restart.test", "{}")).statusCode()).isEqualTo(202);
        Awaitility.await("the event after the restart").atMost(PATIENCE).until(() -> receiver.requests().stream()
                .anyMatch(r -> "r-after".equals(r.header("ce-id"))));
        assertThat(receiver.requests()).as("no repeats").hasSize(51);
    }

    @Test
    void badInputIsAnsweredWithTheFieldThatIsWrongAndWritesNothing() throws Exception {
        subscribe("all", "*");
        assertProblem(post("{\"data\":{}}".getBytes(StandardCharsets.UTF_8)), 400, "type");
        assertProblem(post("{\"type\":\"a\",\"data\":".getBytes(StandardCharsets.UTF_8)), 400, "body");
        assertProblem(dev.send("POST", "/v1/tenants/default/events", "text/plain", new byte[] {1}), 415, null);
        assertProblem(dev.get("/v1/tenants/default/subscriptions/nobody"), 404, null);
        assertProblem(
                dev.send(
                        "POST",
                        "/v1/tenants/default/subscriptions",
                        "application/json",
                        "{\"url\":\"not a url\",\"eventTypes\":[\"a\"]}".getBytes(StandardCharsets.UTF_8)),
                400,
                "url");
        assertThat(post(event("last", "a.b", "{}")).statusCode()).isEqualTo(202);
        assertThat(receiver.awaitCount(1, PATIENCE)).hasSize(1);
        assertThat(receiver.requests().get(0).header("ce-id")).isEqualTo("last");
    }

    private static void restart() {
        dev.stop();
        dev = DevProcess.start(folder, "--retry-tiers=1s,2s,5s");
    }

    private static void assertProblem(HttpResponse<String> response, int status, String field) throws Exception {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(response.headers().firstValue("content-type")).hasValue("application/problem+json");
        if (field != null) {
            assertThat(JSON.readTree(response.body())
                            .path("errors")
                            .path(0)
                            .path("field")
                            .asText())
                    .as(response.body())
                    .isEqualTo(field);
        }
    }

    private void subscribe(String id, String type) {
        String body =
                "{\"id\":\"%s\",\"url\":\"%s\",\"eventTypes\":[\"%s\"],\"retry\":{\"schedule\":[\"1s\",\"2s\",\"5s\"]}}"
                        .formatted(id, receiver.url("/" + id), type);
        HttpResponse<String> response = dev.send(
                "POST", "/v1/tenants/default/subscriptions", "application/json", body.getBytes(StandardCharsets.UTF_8));
        assertThat(response.statusCode()).as(response.body()).isEqualTo(201);
        try {
            secrets.put(id, JSON.readTree(response.body()).path("secret").asText());
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw new AssertionError(response.body(), e);
        }
    }

    private static HttpResponse<String> post(byte[] json) {
        return dev.send("POST", "/v1/tenants/default/events", "application/json", json);
    }

    private static byte[] event(String id, String type, String data) {
        return "{\"id\":\"%s\",\"type\":\"%s\",\"data\":%s}"
                .formatted(id, type, data)
                .getBytes(StandardCharsets.UTF_8);
    }

    private void verifyWithSvix(ReceivedRequest request) throws Exception {
        String secret = secrets.get(request.path().substring(1));
        new Webhook(secret).verify(request.bodyText(), HttpHeaders.of(request.headers(), (name, value) -> true));
    }

    private List<JsonNode> deadLetters() throws Exception {
        ProcessBuilder builder = DevProcess.command(List.of(
                DevProcess.ROOT.resolve("fanfare").toString(),
                "dlq",
                "list",
                "--output=jsonl",
                "--bootstrap-servers=" + dev.bootstrapServers()));
        Process process =
                builder.redirectError(folder.resolve("dlq.err").toFile()).start();
        List<JsonNode> letters = new ArrayList<>();
        for (String line : new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .toList()) {
            letters.add(JSON.readTree(line));
        }
        assertThat(process.waitFor()).isZero();
        return letters;
    }

    private void produceToKafka(String id, String type, String contentType, byte[] body)
            throws ExecutionException, InterruptedException {
        Properties properties = new Properties();
        properties.put("bootstrap.servers", dev.bootstrapServers());
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
            ProducerRecord<byte[], byte[]> record = new ProducerRecord<>("fanfare.events", body);
            Map.of(
                            "ce_specversion",
                            "1.0",
                            "ce_id",
                            id,
                            "ce_type",
                            type,
                            "ce_source",
                            "/shop",
                            "content-type",
                            contentType)
                    .forEach((name, value) -> record.headers().add(name, value.getBytes(StandardCharsets.UTF_8)));
            producer.send(record).get();
        }
    }
}

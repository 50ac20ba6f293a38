package dev.fanfare.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fanfare.testkit.Answer;
import dev.fanfare.testkit.FaultyReceiver;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an operator has to find one webhook with: its trace, the log, {@code fanfare trace} and {@code fanfare top}. */
class WhereIsMyWebhookIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final String PRODUCER = "b7ad6b7169203331";

    @TempDir
    Path folder;

    private final FaultyReceiver receiver = FaultyReceiver.start();
    private final OtlpReceiver collector = new OtlpReceiver();
    private final List<String> secrets =
            new ArrayList<>(List.of("body-secret-4711", "header-secret-4712", "url-secret-4713", "trace-secret-4714"));
    private DevProcess dev;

    @BeforeEach
    void start() {
        dev = DevProcess.start(
                folder,
                "--retry-tiers=1s,2s,5s",
                "--set=log.format=json",
                "--set=tracing.endpoint=" + collector.url(),
                "--set=tracing.authorization=Bearer trace-secret-4714");
    }

    @AfterEach
    void stop() {
        dev.close();
        collector.close();
        receiver.close();
    }

    @Test
    void oneTraceOneLogAndTheTopicsTellWhereItIs() throws Exception {
        receiver.on("/twice", Answer.status(500), Answer.status(204));
        receiver.on("/never", Answer.status(400));
        List.of("ok", "twice", "never").forEach(this::subscribe);
        send("o-1", "{\"note\":\"body-secret-4711\"}");
        receiver.awaitCount(4, PATIENCE);
        // told in the transaction that also holds the dead letter
        Awaitility.await("all attempts are on their topic")
                .atMost(PATIENCE)
                .until(() -> JSON.readTree(dev.get("/v1/tenants/default/attempts?event=o-1")
                                        .body())
                                .path("items")
                                .size()
                        == 4);

        theTraceGoesFromTheProducerToTheSubscribersServer();
        theLogNamesEventAndTraceAndNoSecret();
        theTopicsAloneTellTheStory();
        topShowsThePipeline();
    }

    private void theTraceGoesFromTheProducerToTheSubscribersServer() {
        Awaitility.await("six spans")
                .atMost(PATIENCE)
                .until(() -> collector.trace(TRACE).size() == 6);
        Map<String, List<Span>> spans = collector.trace(TRACE).stream().collect(Collectors.groupingBy(Span::getName));
        Span sent = spans.get("send fanfare.events").get(0);
        Span routed = spans.get("process fanfare.events").get(0);
        assertThat(OtlpReceiver.hex(sent.getParentSpanId())).isEqualTo(PRODUCER);
        assertThat(routed.getParentSpanId()).isEqualTo(sent.getSpanId());
        List<Span> attempts = spans.get("POST webhook");
        assertThat(attempts).as("the retry too").hasSize(4).allMatch(span -> span.getParentSpanId()
                .equals(routed.getSpanId()));
        assertThat(receiver.requests())
                .as("each attempt shows its own span to the server")
                .extracting(request -> request.header("traceparent"))
                .containsExactlyInAnyOrderElementsOf(attempts.stream()
                        .map(span -> "00-" + TRACE + "-" + OtlpReceiver.hex(span.getSpanId()) + "-01")
                        .toList());
        assertThat(attempts.stream()
                        .filter(span -> attribute(span, "fanfare.subscription").equals("twice"))
                        .collect(Collectors.toMap(
                                span -> attribute(span, "fanfare.attempt"),
                                span -> attribute(span, "http.response.status_code"))))
                .isEqualTo(Map.of("1", "500", "2", "204"));
        assertThat(collector.authorizations()).containsOnly("Bearer trace-secret-4714");
        assertThat(collector.trace(TRACE).toString()).doesNotContain(secretsButThatOfTraces());
    }

    private void theLogNamesEventAndTraceAndNoSecret() throws IOException {
        Awaitility.await("four attempts in the log")
                .atMost(PATIENCE)
                .until(() -> attemptsInLog().size() == 4);
        for (JsonNode attempt : attemptsInLog()) {
            assertThat(attempt.path("event").asText()).isEqualTo("o-1");
            assertThat(attempt.path("trace_id").asText()).isEqualTo(TRACE);
            assertThat(attempt.path("status").isInt()).isTrue();
            assertThat(attempt.path("duration_ms").isInt()).isTrue();
        }
        for (String secret : secrets) {
            assertThat(dev.output()).doesNotContain(secret);
        }
    }

    private void theTopicsAloneTellTheStory() throws Exception {
        JsonNode story = fanfare("trace", "o-1", "--from-topics", "--output=json");
        Map<String, String> states = new TreeMap<>();
        Map<String, String> ids = new TreeMap<>();
        story.path("deliveries").forEach(delivery -> {
            states.put(
                    delivery.path("subscription").asText(),
                    delivery.path("state").asText());
            ids.put(
                    delivery.path("subscription").asText(),
                    delivery.path("deliveryId").asText());
        });
        assertThat(states).isEqualTo(Map.of("ok", "delivered", "twice", "delivered", "never", "dead"));
        assertThat(story.path("state").asText()).isEqualTo("routed");
        assertThat(ids)
                .as("the webhook-ids that the servers saw")
                .isEqualTo(receiver.requests().stream()
                        .collect(Collectors.toMap(
                                request -> request.path().split("[/?]")[1],
                                request -> String.valueOf(request.header("webhook-id")),
                                (one, same) -> one,
                                TreeMap::new)));
    }

    private void topShowsThePipeline() throws Exception {
        JsonNode frame = fanfare("top", "--once", "--interval=200ms", "--output=json", "--from=" + dev.url(""));
        assertThat(frame.path("processes").asInt()).isEqualTo(1);
        assertThat(frame.path("troubles")).isEmpty();
        assertThat(frame.path("lanes").isArray()).isTrue();
        assertThat(frame.path("lag").has("fanfare.deliveries")).isTrue();
        assertThat(dev.get("/lanes").statusCode()).isEqualTo(200);
        HttpResponse<String> stranger = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(dev.url("/lanes")))
                                .header("Authorization", "Bearer somebody")
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(stranger.statusCode()).as("it names subscriptions").isEqualTo(401);
    }

    private String[] secretsButThatOfTraces() {
        return secrets.stream().filter(secret -> !secret.startsWith("trace")).toArray(String[]::new);
    }

    private List<JsonNode> attemptsInLog() throws IOException {
        List<JsonNode> attempts = new ArrayList<>();
        for (String line : dev.output().lines().toList()) {
            // what dev says to people is no log; the last line may be half written
            if (line.startsWith("{") && line.endsWith("}")) {
                JsonNode json = JSON.readTree(line);
                if (json.path("message").asText().equals("attempt")) {
                    attempts.add(json);
                }
            }
        }
        return attempts;
    }

    private static String attribute(Span span, String name) {
        return span.getAttributesList().stream()
                .filter(attribute -> attribute.getKey().equals(name))
                .map(attribute -> attribute.getValue().hasIntValue()
                        ? Long.toString(attribute.getValue().getIntValue())
                        : attribute.getValue().getStringValue())
                .findFirst()
                .orElse("");
    }

    private void subscribe(String id) {
        String body = """
            {"id":"%s","url":"%s?token=url-secret-4713","eventTypes":["*"],"headers":{"x-api-key":"header-secret-4712"},
             "retry":{"schedule":["1s","2s"]}}\
            """.formatted(id, receiver.url("/" + id));
        HttpResponse<String> created = dev.send(
                "POST", "/v1/tenants/default/subscriptions", "application/json", body.getBytes(StandardCharsets.UTF_8));
        assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
        try {
            secrets.add(JSON.readTree(created.body()).path("secret").asText());
        } catch (IOException e) {
            throw new AssertionError(created.body(), e);
        }
    }

    private void send(String id, String data) throws IOException, InterruptedException {
        HttpResponse<String> taken = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(dev.url("/v1/tenants/default/events")))
                                .header("Authorization", "Bearer dev")
                                .header("Content-Type", "application/json")
                                .header("traceparent", "00-" + TRACE + "-" + PRODUCER + "-01")
                                .POST(HttpRequest.BodyPublishers.ofString(
                                        "{\"id\":\"%s\",\"type\":\"order.created\",\"data\":%s}".formatted(id, data)))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(taken.statusCode()).as(taken.body()).isEqualTo(202);
    }

    /** Runs the command against the cluster and returns the JSON that it prints. */
    private JsonNode fanfare(String... arguments) throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of(DevProcess.ROOT.resolve("fanfare").toString()));
        command.addAll(List.of(arguments));
        command.add("--bootstrap-servers=" + dev.bootstrapServers());
        Path errors = folder.resolve("command.err");
        Process process =
                DevProcess.command(command).redirectError(errors.toFile()).start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(out + Files.readString(errors)).isZero();
        return JSON.readTree(out);
    }
}

package dev.fanfare.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fanfare.contract.Json;
import dev.fanfare.contract.RecordHeaders;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.testkit.Fresh;
import dev.fanfare.testkit.TestBroker;
import dev.fanfare.testkit.WithBroker;
import java.io.OutputStream;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Test;

/** Kafka goes away, comes back, is not there yet; the process itself goes away. */
@WithBroker
class OutageIT {
    private static final Map<String, String> IMPATIENT =
            Map.of("ingest.ack-timeout", "2s", "ingest.buffer", "4MiB", "ingest.max-body", "1MiB");
    private static final String GOOD = "{\"type\":\"good\",\"data\":1}";

    @Test
    void anOutageIsAnsweredQuicklyAndEndsWithTheOutage(@Fresh TestBroker broker) throws Exception {
        broker.createFanfareTopics();
        try (RunningIngest ingest = RunningIngest.on(broker, IMPATIENT)) {
            assertThat(ingest.post("application/json", GOOD).statusCode()).isEqualTo(202);
            broker.stop();

            Instant start = Instant.now();
            HttpResponse<String> first = ingest.post("application/json", GOOD);
            assertThat(Duration.between(start, Instant.now())).isLessThan(Duration.ofSeconds(6));
            assertIsRefusedForNow(first);

            for (int i = 0; i < 20; i++) {
                Instant sent = Instant.now();
                assertIsRefusedForNow(ingest.post("application/json", GOOD));
                assertThat(Duration.between(sent, Instant.now())).isLessThan(Duration.ofSeconds(1));
            }
            assertThat(ingest.role.readiness().isReady()).isFalse();

            broker.startAgain();
            // without any request: who is not ready is sent none
            ingest.awaitReady();
            await().atMost(Duration.ofMinutes(2))
                    .until(() -> ingest.post("application/json", "{\"id\":\"after\",\"type\":\"good\",\"data\":1}")
                                    .statusCode()
                            == 202);
            assertThat(ids(broker)).contains("after");
        }
    }

    @Test
    void theEventLoopNeverWaitsForKafka(@Fresh TestBroker broker) throws Exception {
        broker.createFanfareTopics();
        try (RunningIngest ingest = RunningIngest.on(broker, IMPATIENT)) {
            broker.stop();
            byte[] large = ("{\"type\":\"big\",\"data\":\"" + "x".repeat(900_000) + "\"}").getBytes(UTF_8);
            List<CompletableFuture<HttpResponse<String>>> answers = IntStream.range(0, 12)
                    .mapToObj(i -> ingest.sendAsync(ingest.request()
                            .header("content-type", "application/json")
                            .POST(BodyPublishers.ofByteArray(large))))
                    .toList();
            for (int i = 0; i < 20; i++) {
                Instant asked = Instant.now();
                assertThat(ingest.live().statusCode()).isEqualTo(200);
                assertThat(Duration.between(asked, Instant.now())).isLessThan(Duration.ofSeconds(1));
            }
            for (CompletableFuture<HttpResponse<String>> answer : answers) {
                assertIsRefusedForNow(answer.get());
            }
        }
    }

    @Test
    void whatWasAnswered202BeforeTheEndIsOnTheTopicAndNobodyIsCutOff(@Fresh TestBroker broker) throws Exception {
        broker.createFanfareTopics();
        List<CompletableFuture<HttpResponse<String>>> answers;
        try (RunningIngest ingest = RunningIngest.on(broker)) {
            answers = IntStream.range(0, 300)
                    .mapToObj(i -> ingest.sendAsync(ingest.request()
                            .header("content-type", "application/json")
                            .POST(BodyPublishers.ofString(
                                    "{\"id\":\"e" + i + "\",\"type\":\"t\",\"data\":" + i + "}"))))
                    .toList();
            await().until(() -> answers.stream().anyMatch(CompletableFuture::isDone));
            ingest.role.close();
            for (CompletableFuture<HttpResponse<String>> answer : answers) {
                assertThat(answer.get().statusCode()).isIn(202, 503);
            }
            assertThat(ingest.role.readiness().isReady()).isFalse();
            assertIsRefusedForNow(ingest.post("application/json", GOOD));
        }
        List<String> written = ids(broker);
        assertThat(written).doesNotHaveDuplicates();
        for (CompletableFuture<HttpResponse<String>> answer : answers) {
            if (answer.get().statusCode() == 202) {
                assertThat(written)
                        .contains(Json.STRICT
                                .readTree(answer.get().body())
                                .get("id")
                                .asText());
            }
        }
    }

    @Test
    void aClientThatNeverEndsItsBodyDoesNotHoldUpTheEnd(@Fresh TestBroker broker) throws Exception {
        broker.createFanfareTopics();
        try (RunningIngest ingest = RunningIngest.on(broker);
                Socket slow = new Socket("127.0.0.1", ingest.port)) {
            OutputStream out = slow.getOutputStream();
            out.write(("POST /v1/tenants/default/events HTTP/1.1\r\nhost: x\r\nauthorization: Bearer "
                            + RunningIngest.KEY
                            + "\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{")
                    .getBytes(UTF_8));
            out.flush();
            ingest.live();
            Instant start = Instant.now();
            ingest.role.close();
            assertThat(Duration.between(start, Instant.now())).isLessThan(Duration.ofSeconds(5));
        }
    }

    @Test
    void aBrokerThatComesLaterIsWaitedFor(@Fresh TestBroker broker) {
        broker.createFanfareTopics();
        broker.stop();
        try (RunningIngest ingest = new RunningIngest(broker, IMPATIENT)) {
            assertThat(ingest.role.readiness().reason()).contains(Topics.EVENTS);
            assertIsRefusedForNow(ingest.post("application/json", GOOD));
            broker.startAgain();
            ingest.awaitReady();
            await().atMost(Duration.ofMinutes(2))
                    .until(() -> ingest.post("application/json", GOOD).statusCode() == 202);
        }
    }

    @Test
    void aMissingTopicStopsTheStartWithTheWayOut(@Fresh TestBroker broker) {
        assertThatThrownBy(() -> new RunningIngest(broker, IMPATIENT).close())
                .hasMessageContaining(Topics.EVENTS)
                .hasMessageContaining("fanfare topics create");
    }

    @Test
    void anEventOverTheTopicsOwnLimitIsA413(@Fresh TestBroker broker) throws Exception {
        broker.createFanfareTopics();
        setOnTopic(broker, "max.message.bytes", "2000");
        String noise = IntStream.range(0, 20_000)
                .mapToObj(i -> Integer.toString(i * 31 % 7919, 36))
                .reduce("", String::concat);
        try (RunningIngest ingest = RunningIngest.on(broker)) {
            await().atMost(Duration.ofMinutes(2)).untilAsserted(() -> {
                HttpResponse<String> response =
                        ingest.post("application/json", "{\"type\":\"t\",\"data\":\"" + noise + "\"}");
                assertThat(response.statusCode()).isEqualTo(413);
                assertThat(response.body()).contains("max.message.bytes");
            });
            assertThat(ingest.post("application/json", GOOD).statusCode()).isEqualTo(202);
        }
    }

    private static void assertIsRefusedForNow(HttpResponse<String> response) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(503);
        assertThat(response.headers().firstValue("content-type")).hasValue("application/problem+json");
        assertThat(Integer.parseInt(response.headers().firstValue("retry-after").orElseThrow()))
                .isBetween(1, 60);
    }

    private static void setOnTopic(TestBroker broker, String name, String value) throws Exception {
        broker.admin()
                .incrementalAlterConfigs(Map.of(
                        new ConfigResource(ConfigResource.Type.TOPIC, Topics.EVENTS),
                        List.of(new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET))))
                .all()
                .get();
    }

    private static List<String> ids(TestBroker broker) {
        return broker.records(Topics.EVENTS).stream()
                .map(record -> RecordHeaders.text(record.headers(), "ce_id"))
                .toList();
    }
}

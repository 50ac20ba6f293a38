package dev.fanfare.control;

import static dev.fanfare.control.RunningControl.SUBSCRIPTIONS;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fanfare.contract.Json;
import dev.fanfare.contract.delivery.Attempt;
import dev.fanfare.contract.event.Event;
import dev.fanfare.contract.event.EventRecords;
import dev.fanfare.contract.run.AuditEntry;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.control.RunningControl.Answer;
import dev.fanfare.runtime.secret.KeysetFile;
import dev.fanfare.testkit.Fresh;
import dev.fanfare.testkit.SeededClock;
import dev.fanfare.testkit.TestBroker;
import dev.fanfare.testkit.WithBroker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two control planes at once: both look, and one of them disables. The clock stands still; the attempts tell the times. */
@WithBroker
class FailingEndpointIT {
    private static final String MINIMAL = "{\"url\":\"https://example.com/hook\",\"eventTypes\":[\"order.created\"]}";

    private static final SeededClock CLOCK = SeededClock.at(Instant.parse("2026-11-02T09:00:00Z"));

    @TempDir
    static Path folder;

    private static TestBroker broker;
    private static RunningControl control;
    private static RunningControl second;

    @BeforeAll
    static void startTwoControlPlanes(@Fresh TestBroker fresh) throws Exception {
        broker = fresh;
        Map<String, String> settings = Map.of("control.disable-failing-after", "10s");
        fresh.createFanfareTopics();
        Path keyset = folder.resolve("keyset.json");
        KeysetFile.create(keyset);
        control = new RunningControl(broker.bootstrapServers(), keyset, settings, CLOCK).start();
        second = new RunningControl(broker.bootstrapServers(), keyset, settings, CLOCK).start();
    }

    @AfterAll
    static void stopThem() {
        second.close();
        control.close();
    }

    @Test
    void anEndpointThatDoesNothingButFailIsDisabledOnceWithItsReasonAndOneWithASuccessIsNot() throws Exception {
        long recovered = begun(control.put(SUBSCRIPTIONS + "/recovered", MINIMAL));
        long dead = begun(control.put(SUBSCRIPTIONS + "/dead", MINIMAL));
        for (int i = 0; i <= 8; i++) {
            attempt("recovered", recovered + i * 2_000L, i == 4 ? 200 : 503);
        }
        for (RunningControl each : List.of(control, second)) {
            await().untilAsserted(() -> assertThat(each.get("/v1/tenants/acme/attempts?subscription=recovered")
                            .json()
                            .path("items"))
                    .hasSize(9));
        }
        for (int i = 0; i <= 8; i++) {
            attempt("dead", dead + i * 2_000L, 503);
        }
        await().untilAsserted(() -> assertThat(state("dead")).isEqualTo("disabled"));
        assertThat(control.get(SUBSCRIPTIONS + "/dead")
                        .json()
                        .path("stateReason")
                        .asText())
                .startsWith("nothing but failures since ")
                .endsWith(", 9 attempts without a 2xx");
        assertThat(state("recovered")).isEqualTo("active");

        CLOCK.advance(Duration.ofMinutes(1));
        control.patch(SUBSCRIPTIONS + "/dead", "{\"state\":\"active\"}");
        long again = begun(control.get(SUBSCRIPTIONS + "/dead"));
        for (int i = 0; i < 3; i++) {
            attempt("dead", again + 100 + i, 503);
        }
        attempt("dead", again + 10_200, 503); // long enough, but only four of its own
        for (RunningControl each : List.of(control, second)) {
            await().untilAsserted(() -> assertThat(each.get("/v1/tenants/acme/attempts?subscription=dead")
                            .json()
                            .path("items"))
                    .hasSize(13));
        }
        await().during(Duration.ofSeconds(3))
                .untilAsserted(() -> assertThat(state("dead")).isEqualTo("active"));
        attempt("dead", again + 10_300, 503);
        await().untilAsserted(() -> assertThat(state("dead")).isEqualTo("disabled"));

        List<String> disabled = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> record : broker.records(Topics.AUDIT)) {
            AuditEntry entry = AuditEntry.fromJson(record.value());
            if (entry.action().equals("subscription disabled") && entry.object().startsWith("acme/")) {
                assertThat(entry.object()).isEqualTo("acme/dead");
                disabled.add(entry.reason());
            }
        }
        assertThat(disabled).hasSize(2).allMatch(reason -> reason.startsWith("nothing but failures since "));
    }

    @Test
    void whoAsksIsToldOnceOfEachThatIsDisabledAndOfNoneThatWasSo() throws Exception {
        String all = "/v1/tenants/other/subscriptions/";
        control.put(all + "unheard", MINIMAL);
        control.patch(all + "unheard", "{\"state\":\"disabled\"}");
        control.put(all + "operations", MINIMAL.replace("order.created", "fanfare.*"));
        control.put(all + "billing", MINIMAL);
        control.patch(all + "billing", "{\"state\":\"disabled\"}");
        control.patch(all + "billing", "{\"description\":\"still off\"}");
        List<Event> told = told("fanfare.subscription.disabled", "other");
        assertThat(told).hasSize(1);
        JsonNode data = Json.STRICT.readTree(told.get(0).data());
        assertThat(told.get(0).attributes()).containsEntry(Event.SUBJECT, "billing");
        assertThat(data.path("subscription").asText()).isEqualTo("billing");
        assertThat(data.path("reason").asText()).isEqualTo("by request");
        assertThat(names(data)).isEqualTo(names(documented("fanfare.subscription.disabled")));
    }

    @Test
    void whatWasGivenUpIsSummedByFiveMinutesAndOperationalEventsAreNot() throws Exception {
        control.put(SUBSCRIPTIONS + "/operations", MINIMAL.replace("order.created", "fanfare.delivery.exhausted"));
        await().untilAsserted(() ->
                assertThat(second.get(SUBSCRIPTIONS + "/operations").status()).isEqualTo(200));
        long fiveMinutes = Duration.ofMinutes(5).toMillis();
        long since = CLOCK.millis() / fiveMinutes * fiveMinutes;
        for (int i = 0; i < 12; i++) {
            send(givenUp("tired", "order.created", since + i));
        }
        send(givenUp("operations", "fanfare.delivery.exhausted", since + 1));
        CLOCK.advance(Duration.ofMinutes(15));
        await().untilAsserted(() ->
                assertThat(told("fanfare.delivery.exhausted", "acme")).hasSize(2)); // one by each instance
        List<Event> told = told("fanfare.delivery.exhausted", "acme");
        assertThat(told).extracting(Event::id).containsOnly("exhausted-tired-" + since);
        JsonNode data = Json.STRICT.readTree(told.get(0).data());
        assertThat(data.path("count").asInt()).isEqualTo(12);
        assertThat(data.path("deliveries")).hasSize(10);
        assertThat(data.path("since").asText())
                .isEqualTo(Instant.ofEpochMilli(since).toString());
        assertThat(names(data)).isEqualTo(names(documented("fanfare.delivery.exhausted")));
    }

    private static List<Event> told(String type, String tenant) throws Exception {
        List<Event> told = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> record : broker.records(Topics.EVENTS)) {
            Event event = EventRecords.read(record.headers(), record.value(), "none");
            if (event.type().equals(type) && tenant.equals(event.tenant())) {
                assertThat(EventRecords.isChecked(record.headers()))
                        .as("a strict tenant gets it, too")
                        .isTrue();
                told.add(event);
            }
        }
        return told;
    }

    /** The example that follows an event type's heading. */
    private static JsonNode documented(String type) throws Exception {
        String guide = Files.readString(Path.of("").toAbsolutePath().resolve("../docs/guides/operational-events.md"));
        String section = guide.substring(guide.indexOf("## `" + type + "`"));
        int begin = section.indexOf("```json") + "```json".length();
        return Json.STRICT.readTree(section.substring(begin, section.indexOf("```", begin)));
    }

    private static List<String> names(JsonNode object) {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }

    private static Attempt givenUp(String subscription, String type, long at) {
        return new Attempt(
                "d-" + subscription + at,
                "acme",
                subscription,
                "e-" + at,
                type,
                4,
                "exhausted",
                at,
                12,
                503,
                "the endpoint answered 503",
                null,
                null,
                null);
    }

    private static String state(String id) {
        return control.get(SUBSCRIPTIONS + "/" + id).json().path("state").asText();
    }

    private static long begun(Answer answer) {
        return Instant.parse(answer.json().path("updatedAt").asText()).toEpochMilli();
    }

    private static void attempt(String subscription, long endedAt, int status) {
        send(new Attempt(
                "d-" + endedAt,
                "acme",
                subscription,
                "e-" + endedAt,
                "order.created",
                1,
                status == 200 ? "delivered" : "retry",
                endedAt - 12,
                12,
                status,
                null,
                null,
                null,
                null));
    }

    private static void send(Attempt attempt) {
        String key = attempt.tenant() + "/" + attempt.subscription();
        broker.send(new ProducerRecord<>(Topics.ATTEMPTS, key.getBytes(UTF_8), attempt.toJson()));
    }
}

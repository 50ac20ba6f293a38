package dev.fanfare.control;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fanfare.contract.delivery.Verdict;
import dev.fanfare.contract.run.AuditEntry;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.control.RunningControl.Answer;
import dev.fanfare.testkit.Fresh;
import dev.fanfare.testkit.TestBroker;
import dev.fanfare.testkit.WithBroker;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.common.header.Header;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each test works on a subscription of its own, as all share one topic. */
@WithBroker
class DeadLetterApiIT {
    private static final String LETTERS = "/v1/tenants/acme/dead-letters";
    private static final String OTHERS = "/v1/tenants/other/dead-letters";

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
    void theyAreListedTheNewestFirstByEachFilterAndInPages() {
        Instant noon = Instant.now().truncatedTo(ChronoUnit.SECONDS).minusSeconds(3_600);
        for (int i = 0; i < 7; i++) {
            died("dlv_l" + i, "listed", "order.created", Verdict.EXHAUSTED, 503, noon.plusSeconds(i));
        }
        died("dlv_rejected", "listed", "order.paid", Verdict.REJECTED, 422, noon.plusSeconds(20));
        died("dlv_elsewhere", "listed-too", "order.created", Verdict.EXHAUSTED, 503, noon);

        String all = LETTERS + "?subscription=listed";
        assertThat(ids(all))
                .containsExactly("dlv_rejected", "dlv_l6", "dlv_l5", "dlv_l4", "dlv_l3", "dlv_l2", "dlv_l1", "dlv_l0");
        assertThat(ids(all + "&reason=rejected")).containsExactly("dlv_rejected");
        assertThat(ids(all + "&status=422")).containsExactly("dlv_rejected");
        assertThat(ids(all + "&type=order.paid")).containsExactly("dlv_rejected");
        assertThat(ids(all + "&error=ANSWERED%20422")).containsExactly("dlv_rejected");
        assertThat(ids(all + "&since=" + noon.plusSeconds(2) + "&until=" + noon.plusSeconds(4)))
                .containsExactly("dlv_l3", "dlv_l2");
        assertThat(ids(LETTERS + "?ids=dlv_l1,dlv_elsewhere,dlv_nothing"))
                .containsExactlyInAnyOrder("dlv_l1", "dlv_elsewhere");

        JsonNode letter = control.get(LETTERS + "?ids=dlv_rejected").json().at("/items/0");
        assertThat(letter.path("tenant").asText()).isEqualTo("acme");
        assertThat(letter.path("subscription").asText()).isEqualTo("listed");
        assertThat(letter.path("eventId").asText()).isEqualTo("e-1");
        assertThat(letter.path("eventType").asText()).isEqualTo("order.paid");
        assertThat(letter.path("attempts").asInt()).isEqualTo(3);
        assertThat(letter.path("error").asText()).isEqualTo("answered 422");
        assertThat(letter.path("diedAt").asText())
                .isEqualTo(noon.plusSeconds(20).toString());
        assertThat(letter.path("bodyBytes").asInt()).isEqualTo(2);

        List<String> paged = new ArrayList<>();
        String cursor = "";
        int pages = 0;
        do {
            JsonNode page = control.get(all + "&limit=3" + cursor).json();
            assertThat(page.path("count").asLong()).as("of all pages").isEqualTo(8);
            paged.addAll(page.path("items").findValuesAsText("id"));
            cursor = page.path("nextCursor").isNull()
                    ? null
                    : "&cursor=" + page.path("nextCursor").asText();
            pages++;
        } while (cursor != null && pages < 9);
        assertThat(pages).isEqualTo(3);
        assertThat(paged).isEqualTo(ids(all));
    }

    @Test
    void aReplaySendsWhatIsMeantTakesItOffAndIsFollowedAndAudited() {
        dead("dlv_r1", "acme", "replayed");
        dead("dlv_r2", "acme", "replayed");
        dead("dlv_r3", "acme", "kept");
        dead("dlv_r4", "other", "replayed");

        Answer counted = control.post(LETTERS + "/replay", "{\"subscription\":\"replayed\",\"dryRun\":true}");
        assertThat(counted.status()).isEqualTo(200);
        assertThat(counted.json().path("count").asLong()).isEqualTo(2);
        assertThat(ids(LETTERS + "?subscription=replayed")).hasSize(2);

        Answer begun =
                control.post(LETTERS + "/replay", "{\"subscription\":\"replayed\",\"because\":\"it is well again\"}");
        assertThat(begun.status()).as(begun.body()).isEqualTo(202);
        assertThat(begun.json().path("state").asText()).isEqualTo("running");
        assertThat(begun.json().path("action").asText()).isEqualTo("replay");
        String where = begun.header("location");
        assertThat(where).isEqualTo(begun.json().path("statusUrl").asText());

        JsonNode done = awaitEnd(where);
        assertThat(done.path("state").asText()).as(done.toString()).isEqualTo("done");
        assertThat(done.path("moved").asLong()).isEqualTo(2);
        assertThat(done.path("because").asText()).isEqualTo("it is well again");
        assertThat(done.path("filter").toString()).isEqualTo("{\"subscription\":\"replayed\"}");
        assertThat(done.toString()).as("who began it is for the audit").doesNotContain("key", "principal");
        assertThat(sent()).contains("dlv_r1", "dlv_r2").doesNotContain("dlv_r3", "dlv_r4");
        assertThat(tombstones()).contains("dlv_r1", "dlv_r2").doesNotContain("dlv_r3", "dlv_r4");
        assertThat(ids(LETTERS + "?subscription=replayed")).isEmpty();
        assertThat(ids(OTHERS + "?subscription=replayed")).containsExactly("dlv_r4");

        String id = done.path("id").asText();
        assertThat(control.get(LETTERS + "/runs").json().path("items").findValuesAsText("id"))
                .contains(id);
        assertThat(audited(id)).containsExactly("dlq-replay began", "dlq-replay done");
    }

    @Test
    void aDiscardNeedsAReasonAndSendsNothing() {
        dead("dlv_d1", "acme", "discarded");
        dead("dlv_d2", "acme", "discarded");
        Answer refused = control.post(LETTERS + "/discard", "{\"ids\":[\"dlv_d1\"]}");
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.faultyFields()).containsExactly("because");
        assertThat(control.post(LETTERS + "/discard", "{\"ids\":[\"dlv_d1\"],\"dryRun\":true}")
                        .json()
                        .path("count")
                        .asLong())
                .isEqualTo(1);

        Answer begun =
                control.post(LETTERS + "/discard", "{\"ids\":[\"dlv_d1\",\"dlv_none\"],\"because\":\"retired\"}");
        assertThat(begun.status()).as(begun.body()).isEqualTo(202);
        JsonNode done = awaitEnd(begun.header("location"));
        assertThat(done.path("state").asText()).as(done.toString()).isEqualTo("done");
        assertThat(done.path("moved").asLong()).isEqualTo(1);
        assertThat(ids(LETTERS + "?subscription=discarded")).containsExactly("dlv_d2");
        assertThat(tombstones()).contains("dlv_d1");
        assertThat(sent()).doesNotContain("dlv_d1");
        assertThat(audited(done.path("id").asText())).containsExactly("dlq-discard began", "dlq-discard done");
    }

    @Test
    void anotherTenantsKeySeesAndMovesNothingByWhicheverPath() {
        dead("dlv_a1", "acme", "guarded");
        String foreign = "Bearer " + control.makeKey("other", "read", "manage");
        Map<String, String> headers = Map.of("authorization", foreign, "content-type", "application/json");
        String run = control.post(LETTERS + "/replay", "{\"ids\":[\"dlv_nothing\"]}")
                .json()
                .path("id")
                .asText();

        assertThat(control.send("GET", LETTERS, null, headers).status()).isEqualTo(403);
        assertThat(control.send("GET", LETTERS + "/runs/" + run, null, headers).status())
                .isEqualTo(403);
        for (String body : List.of("{\"all\":true,\"because\":\"mine\"}", "{\"all\":true,\"dryRun\":true}")) {
            for (String action : List.of("/replay", "/discard")) {
                assertThat(control.send("POST", LETTERS + action, body, headers).status())
                        .isEqualTo(403);
            }
        }

        assertThat(control.send("GET", OTHERS + "?ids=dlv_a1", null, headers)
                        .json()
                        .path("count")
                        .asLong(-1))
                .isZero();
        assertThat(control.send("GET", OTHERS + "/runs/" + run, null, headers).status())
                .isEqualTo(404);
        assertThat(control.send("GET", OTHERS + "/runs", null, headers).body()).doesNotContain(run);
        Answer begun =
                control.send("POST", OTHERS + "/discard", "{\"ids\":[\"dlv_a1\"],\"because\":\"mine\"}", headers);
        assertThat(begun.status()).isEqualTo(202);
        JsonNode done = awaitEnd(begun.header("location"));
        assertThat(done.path("state").asText()).isEqualTo("done");
        assertThat(done.path("moved").asLong()).isZero();
        assertThat(control.get(begun.header("location").replace("other", "acme"))
                        .status())
                .isEqualTo(404);
        assertThat(ids(LETTERS + "?subscription=guarded")).containsExactly("dlv_a1");
    }

    @Test
    void whatIsWrongIsToldFieldByField() {
        dead("dlv_w1", "acme", "faulty");
        Answer query = control.get(
                LETTERS + "?subscripton=x&reason=exhaused&status=7&since=yesterday&limit=0&cursor=nonsense&ids=,");
        assertThat(query.status()).isEqualTo(400);
        assertThat(query.faultyFields())
                .containsExactlyInAnyOrder("subscripton", "reason", "status", "since", "limit", "cursor", "ids");
        assertThat(query.body()).contains("exhausted", "subscription");
        assertThat(control.get(LETTERS + "?since=2026-01-02T00:00:00Z&until=2026-01-01T00:00:00Z")
                        .faultyFields())
                .containsExactly("until");
        assertThat(control.get(LETTERS + "/runs?limit=x").faultyFields()).containsExactly("limit");
        assertThat(control.get(LETTERS + "/runs/none").status()).isEqualTo(404);

        for (String action : List.of("/replay", "/discard")) {
            String path = LETTERS + action;
            assertThat(control.post(path, "{\"because\":\"of it\"}").faultyFields())
                    .as("which?")
                    .containsExactly("all");
            assertThat(control.post(path, "{\"all\":false,\"because\":\"of it\"}")
                            .faultyFields())
                    .containsExactly("all");
            assertThat(control.post(path, "{\"subscription\":\"faulty\",\"ids\":[],\"because\":\"of it\"}")
                            .faultyFields())
                    .as("none is not any")
                    .containsExactly("ids");
            assertThat(control.post(
                                    path,
                                    "{\"ids\":\"dlv_w1\",\"reason\":\"cancelled\",\"status\":\"503\",\"since\":7,"
                                            + "\"dryRun\":\"yes\",\"because\":7,\"tenant\":\"other\"}")
                            .faultyFields())
                    .contains("ids", "reason", "status", "since", "dryRun", "because", "tenant");
            assertThat(control.post(path, "[]").faultyFields()).containsExactly("body");
            assertThat(control.send("POST", path, "{}", Map.of("content-type", "text/plain"))
                            .status())
                    .isEqualTo(415);
        }
        assertThat(ids(LETTERS + "?subscription=faulty")).containsExactly("dlv_w1");
    }

    @Test
    void whoeverFindsItBusyIsToldSoByTheApiAndTheConsoleAndWhenToComeBack() throws Exception {
        ConsoleVisitor visitor = ConsoleVisitor.loggedIn(control, "k", "other");
        String discard = "{\"ids\":[\"dlv_nothing\"],\"because\":\"retired\"}";
        List<CompletableFuture<Answer>> readings = new ArrayList<>();
        List<String> runs = new ArrayList<>();
        try (OpenTransaction held = new OpenTransaction(broker, Topics.DEAD_LETTERS);
                Requests requests = new Requests()) {
            for (int i = 0; i < 10; i++) {
                Answer begun = control.post(OTHERS + "/discard", discard);
                assertThat(begun.status()).as(begun.body()).isEqualTo(202);
                runs.add(begun.header("location"));
            }
            Answer refused = control.post(OTHERS + "/discard", discard);
            assertThat(refused.status()).isEqualTo(429);
            assertThat(refused.header("retry-after")).isEqualTo("2");
            assertThat(refused.body()).contains("tenant 'other' has 10 replays and discards");
            assertThat(visitor.post(
                                    "/console/tenants/other/dead-letters/discard",
                                    "token=" + visitor.token() + "&id=dlv_nothing&because=retired")
                            .status())
                    .isEqualTo(303);

            for (int i = 0; i < 5; i++) {
                readings.add(requests.send(() -> control.get(LETTERS)));
            }
            Answer busy = (Answer) CompletableFuture.anyOf(readings.toArray(CompletableFuture[]::new))
                    .get(1, TimeUnit.MINUTES);
            assertThat(busy.status()).isEqualTo(503);
            assertThat(busy.header("retry-after")).isEqualTo("2");
            Answer page = visitor.get("/console/tenants/other/dead-letters");
            assertThat(page.status()).isEqualTo(503);
            assertThat(page.header("retry-after")).isEqualTo("2");
            assertThat(page.body()).contains("are being read for 4 others: try again", "role=\"alert\"");
        }
        runs.forEach(DeadLetterApiIT::awaitEnd);
        assertThat(visitor.page("/console/tenants/other/dead-letters"))
                .as("what the button came to")
                .contains("has 10 replays and discards");
    }

    /** Several at once, each on a thread of its own. */
    private static final class Requests implements AutoCloseable {
        private final ExecutorService threads = Executors.newCachedThreadPool();

        CompletableFuture<Answer> send(Supplier<Answer> request) {
            return CompletableFuture.supplyAsync(request, threads);
        }

        @Override
        public void close() {
            threads.shutdown();
        }
    }

    private static JsonNode awaitEnd(String where) {
        await().untilAsserted(() ->
                assertThat(control.get(where).json().path("state").asText()).isNotEqualTo("running"));
        return control.get(where).json();
    }

    private static List<String> ids(String path) {
        Answer answer = control.get(path);
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        return answer.json().path("items").findValuesAsText("id");
    }

    private static List<String> sent() {
        return broker.records(Topics.DELIVERIES).stream()
                .map(message -> message.headers().lastHeader("fanfare-delivery-id"))
                .map(DeadLetterApiIT::text)
                .toList();
    }

    private static List<String> tombstones() {
        return broker.records(Topics.DEAD_LETTERS).stream()
                .filter(message -> message.value() == null)
                .map(message -> new String(message.key(), UTF_8))
                .toList();
    }

    private static List<String> audited(String run) {
        List<String> actions = new ArrayList<>();
        for (var message : broker.records(Topics.AUDIT)) {
            if (run.equals(new String(message.key(), UTF_8))) {
                try {
                    actions.add(AuditEntry.fromJson(message.value()).action());
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            }
        }
        return actions;
    }

    private static String text(Header header) {
        return header == null ? "" : new String(header.value(), UTF_8);
    }

    private static void dead(String id, String tenant, String subscription) {
        DeadLetterSample.send(broker, id, tenant, subscription);
    }

    private static void died(
            String id, String subscription, String eventType, Verdict reason, int status, Instant diedAt) {
        DeadLetterSample.send(broker, id, "acme", subscription, eventType, reason, status, diedAt);
    }
}

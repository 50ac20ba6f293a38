package dev.fanfare.control;

import static dev.fanfare.control.RunningControl.SUBSCRIPTIONS;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.contract.Json;
import dev.fanfare.contract.delivery.Delivery;
import dev.fanfare.contract.delivery.DeliveryRecords;
import dev.fanfare.contract.event.EventRecords;
import dev.fanfare.contract.signing.WebhookSecret;
import dev.fanfare.contract.subscription.Subscription;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.control.RunningControl.Answer;
import dev.fanfare.testkit.Fresh;
import dev.fanfare.testkit.TestBroker;
import dev.fanfare.testkit.WithBroker;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Subscriptions over HTTP: made, read, changed, taken away. */
@WithBroker
class ManagementApiIT {
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

    private static RunningControl run() {
        return new RunningControl(broker.bootstrapServers(), folder.resolve("keyset.json"), Map.of()).start();
    }

    @Test
    void aNewSubscriptionShowsItsSecretOnceAndHasEveryDefault() {
        Answer made = control.post(SUBSCRIPTIONS, MINIMAL);
        assertThat(made.status()).isEqualTo(201);
        String id = made.json().path("id").asText();
        assertThat(id).matches("sub-[a-z0-9]{16}");
        assertThat(made.header("location")).isEqualTo(SUBSCRIPTIONS + "/" + id);
        assertThat(made.header("cache-control")).isEqualTo("no-store");
        assertThat(WebhookSecret.parse(made.json().path("secret").asText())).isNotNull();
        assertThat(made.json().path("timeout").asText()).isEqualTo("15s");
        assertThat(made.json().path("maxInFlight").asInt()).isEqualTo(16);
        assertThat(made.json().path("state").asText()).isEqualTo("active");
        assertThat(made.json().at("/retry/schedule").toString()).isEqualTo("[\"1s\",\"2s\",\"5s\"]");

        Answer got = control.get(SUBSCRIPTIONS + "/" + id);
        assertThat(got.status()).isEqualTo(200);
        assertThat(got.etag()).isEqualTo(made.etag()).matches("\"\\d+\"");
        assertThat(got.json().has("secret")).isFalse();
        assertThat(got.body()).doesNotContain("whsec_").doesNotContain("sealed");
        assertThat(control.get(SUBSCRIPTIONS + "?limit=500").body())
                .doesNotContain("whsec_")
                .doesNotContain("sealed");
    }

    @Test
    void filtersAreAnsweredAsTheyWereWrittenAndKeptUntilTheyAreTakenAway() throws Exception {
        String filters = "[{\"any\":[{\"data\":{\"/a\":{\"gt\":1.50}}},{\"sql\":\"region = 'eu'\"}]}]";
        String path = SUBSCRIPTIONS + "/filtered";
        Answer made = control.put(path, MINIMAL.substring(0, MINIMAL.length() - 1) + ",\"filters\":" + filters + "}");
        assertThat(made.status()).as(made.body()).isEqualTo(201);
        assertThat(made.json().path("filters")).isEqualTo(Json.STRICT.readTree(filters));
        assertThat(control.put(path, control.get(path).body()).etag()).isEqualTo(made.etag());
        Answer described = control.patch(path, "{\"description\":\"x\"}");
        assertThat(described.json().path("filters")).isEqualTo(Json.STRICT.readTree(filters));
        Answer refused = control.patch(path, "{\"filters\":[{\"any\":[{\"exact\":{\"a\":1}}]}]}");
        assertThat(refused.faultyFields()).containsExactly("filters[0].any[0].exact.a");
        assertThat(control.patch(path, "{\"filters\":null}")
                        .json()
                        .path("filters")
                        .toString())
                .isEqualTo("[]");
    }

    @Test
    void aTestEventIsADeliveryToThatSubscriptionWhateverTypesItWants() throws Exception {
        Answer made = control.post(SUBSCRIPTIONS, MINIMAL);
        String id = made.json().path("id").asText();
        Answer sent = control.post(made.header("location") + "/test", "{\"data\":{\"a\":1}}");
        assertThat(sent.status()).as(sent.body()).isEqualTo(202);
        ConsumerRecord<byte[], byte[]> found = null;
        for (ConsumerRecord<byte[], byte[]> record : broker.records(Topics.DELIVERIES)) {
            if (new String(record.key(), UTF_8).equals("acme/" + id)) {
                assertThat(found).as("one").isNull();
                found = record;
            }
        }
        assertThat(found).isNotNull();
        Delivery delivery = DeliveryRecords.read(found.headers());
        assertThat(delivery.id()).isEqualTo(sent.json().path("deliveryId").asText());
        assertThat(delivery.eventType()).isEqualTo("fanfare.test");
        assertThat("\"" + delivery.version().offset() + "\"").isEqualTo(made.etag());
        assertThat(new String(found.value(), UTF_8)).isEqualTo("{\"a\":1}");
        assertThat(EventRecords.read(found.headers(), found.value(), "acme").id())
                .isEqualTo(sent.json().path("eventId").asText());
        assertThat(control.get(sent.json().path("statusUrl").asText()).status()).isEqualTo(200);

        control.post(made.header("location") + "/pause", "{}");
        assertThat(control.post(made.header("location") + "/test", "{}").status())
                .isEqualTo(409);
        assertThat(control.post(SUBSCRIPTIONS + "/nobody/test", "{}").status()).isEqualTo(404);
        assertThat(control.post(made.header("location") + "/test", "{\"type\":\"a b\",\"x\":1}")
                        .faultyFields())
                .containsExactlyInAnyOrder("type", "x");
    }

    @Test
    void aPutCreatesUnderAnOwnIdAndRepeatingItChangesNothing() {
        String path = SUBSCRIPTIONS + "/put-twice";
        Answer first = control.put(path, MINIMAL);
        assertThat(first.status()).isEqualTo(201);
        assertThat(first.json().path("secret").asText()).startsWith("whsec_");
        Answer second = control.put(path, MINIMAL);
        assertThat(second.status()).isEqualTo(200);
        assertThat(second.etag()).isEqualTo(first.etag());
        assertThat(second.json().has("secret")).isFalse();
    }

    @Test
    void aPutReplacesEverythingAndKeepsTheSecretAndTheGeneration() throws Exception {
        String path = SUBSCRIPTIONS + "/put-all";
        control.put(path, MINIMAL.replace("}", ",\"description\":\"old\",\"timeout\":\"2s\"}"));
        Subscription before = onTopic("acme/put-all");
        Answer answer = control.put(path, MINIMAL.replace("order.created", "order.*"));
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().has("description")).isFalse();
        assertThat(answer.json().path("timeout").asText()).isEqualTo("15s");
        Subscription after = onTopic("acme/put-all");
        assertThat(after.generation()).isEqualTo(before.generation());
        assertThat(after.secrets()).isEqualTo(before.secrets());
        assertThat(after.eventTypes()).containsExactly("order.*");
    }

    @Test
    void whatIsReadCanBeSentBack() {
        String path = SUBSCRIPTIONS + "/round-trip";
        control.put(path, MINIMAL.replace("}", ",\"headers\":{\"X-Team\":\"a\"},\"metadata\":{\"b\":\"c\"}}"));
        Answer read = control.get(path);
        Answer sentBack = control.put(path, read.body(), "if-match", read.etag());
        assertThat(sentBack.status()).isEqualTo(200);
        assertThat(sentBack.body()).isEqualTo(read.body());
        assertThat(sentBack.etag()).isEqualTo(read.etag());
    }

    @Test
    void aPatchChangesWhatItNamesAndNullTakesAway() {
        String path = SUBSCRIPTIONS + "/patched";
        control.put(path, MINIMAL.replace("}", ",\"description\":\"d\",\"metadata\":{\"a\":\"1\",\"b\":\"2\"}}"));
        Answer patched = control.patch(
                path, "{\"description\":null,\"metadata\":{\"a\":null,\"c\":\"3\"},\"retry\":{\"schedule\":[]}}");
        assertThat(patched.status()).isEqualTo(200);
        assertThat(patched.json().has("description")).isFalse();
        assertThat(patched.json().path("metadata").toString()).isEqualTo("{\"b\":\"2\",\"c\":\"3\"}");
        assertThat(patched.json().at("/retry/schedule")).isEmpty();
        assertThat(patched.json().path("url").asText()).isEqualTo("https://example.com/hook");
        assertThat(control.patch(path, "{}").etag()).isEqualTo(patched.etag());
        assertThat(control.patch(path, "{\"url\":null}").faultyFields()).containsExactly("url");
        assertThat(control.patch(path, "[]").status()).isEqualTo(400);
        assertThat(control.patch(SUBSCRIPTIONS + "/nobody", "{}").status()).isEqualTo(404);
    }

    @Test
    void conditionsHoldOrNothingIsWritten() {
        String path = SUBSCRIPTIONS + "/conditional";
        assertThat(control.put(path, MINIMAL, "if-match", "*").status()).isEqualTo(412);
        Answer made = control.put(path, MINIMAL, "if-none-match", "*");
        assertThat(made.status()).isEqualTo(201);
        assertThat(control.put(path, MINIMAL, "if-none-match", "*").status()).isEqualTo(412);
        String changed = MINIMAL.replace("example.com", "example.org");
        Answer updated = control.put(path, changed, "if-match", made.etag());
        assertThat(updated.status()).isEqualTo(200);
        Answer late = control.put(path, MINIMAL, "if-match", made.etag());
        assertThat(late.status()).isEqualTo(412);
        assertThat(late.header("content-type")).isEqualTo("application/problem+json");
        assertThat(control.get(path).json().path("url").asText()).contains("example.org");
        Map<String, String> stale = Map.of("if-match", made.etag(), "content-type", "application/json");
        assertThat(control.send("PATCH", path, "{\"description\":\"x\"}", stale).status())
                .isEqualTo(412);
        assertThat(control.send("DELETE", path, null, stale).status()).isEqualTo(412);
        assertThat(control.send("GET", path, null, Map.of("if-none-match", updated.etag()))
                        .status())
                .isEqualTo(304);
        assertThat(control.send("DELETE", path, null, Map.of("if-match", "\"0\", " + updated.etag()))
                        .status())
                .isEqualTo(204);
    }

    @Test
    void ofRacingWritersWithTheSameETagExactlyOneWins() {
        String path = SUBSCRIPTIONS + "/raced";
        String etag = control.put(path, MINIMAL).etag();
        List<CompletableFuture<Integer>> racers = IntStream.range(0, 8)
                .mapToObj(i -> CompletableFuture.supplyAsync(
                        () -> control.put(path, MINIMAL.replace("/hook", "/hook" + i), "if-match", etag)
                                .status()))
                .toList();
        List<Integer> statuses = racers.stream().map(CompletableFuture::join).toList();
        assertThat(statuses).containsOnlyOnce(200).containsOnly(200, 412);
    }

    @Test
    void aDeletedSubscriptionIsGoneAndOneMadeAnewIsAnotherGeneration() throws Exception {
        String path = SUBSCRIPTIONS + "/again";
        control.put(path, MINIMAL);
        UUID first = onTopic("acme/again").generation();
        assertThat(control.delete(path).status()).isEqualTo(204);
        assertThat(control.get(path).status()).isEqualTo(404);
        assertThat(control.delete(path).status()).isEqualTo(404);
        assertThat(control.put(path, MINIMAL).status()).isEqualTo(201);
        assertThat(onTopic("acme/again").generation()).isNotEqualTo(first);
    }

    @Test
    void anIdThatIsTakenIsAConflict() {
        String body = MINIMAL.replace("{\"url", "{\"id\":\"taken\",\"url");
        assertThat(control.post(SUBSCRIPTIONS, body).status()).isEqualTo(201);
        assertThat(control.post(SUBSCRIPTIONS, body).status()).isEqualTo(409);
    }

    @Test
    void pagesByCursorShowEachSubscriptionOnce() {
        String tenant = "/v1/tenants/other/subscriptions";
        IntStream.range(0, 7).forEach(i -> control.put(tenant + "/page-" + i, MINIMAL));
        List<String> seen = new ArrayList<>();
        String cursor = "";
        int pages = 0;
        do {
            Answer page = control.get(tenant + "?limit=3" + cursor);
            assertThat(page.status()).isEqualTo(200);
            page.json().path("items").forEach(item -> seen.add(item.path("id").asText()));
            String next = page.json().path("nextCursor").asText("");
            cursor = next.isEmpty() || next.equals("null") ? "" : "&cursor=" + next;
            pages++;
        } while (!cursor.isEmpty());
        assertThat(pages).isEqualTo(3);
        assertThat(seen).hasSize(7).doesNotHaveDuplicates().isSorted();
        assertThat(control.get(tenant + "?limit=0").faultyFields()).containsExactly("limit");
        assertThat(control.get(tenant + "?cursor=%21").faultyFields()).containsExactly("cursor");
        assertThat(control.get(tenant + "?limt=1").body()).contains("Did you mean 'limit'?");
    }

    @Test
    void anotherTenantSeesNothing() {
        control.put(SUBSCRIPTIONS + "/private", MINIMAL);
        String elsewhere = "/v1/tenants/other/subscriptions/private";
        assertThat(control.get(elsewhere).status()).isEqualTo(404);
        assertThat(control.patch(elsewhere, "{\"description\":\"mine\"}").status())
                .isEqualTo(404);
        assertThat(control.delete(elsewhere).status()).isEqualTo(404);
        assertThat(control.get("/v1/tenants/other/subscriptions?limit=500").body())
                .doesNotContain("private");
        assertThat(control.get("/v1/tenants/acm/subscriptions").status()).isEqualTo(404);
        assertThat(control.get("/v1/tenants/acme%2Fprivate/subscriptions").status())
                .isEqualTo(404);
        assertThat(control.get(SUBSCRIPTIONS + "/private").status()).isEqualTo(200);
    }

    @Test
    void withoutTheKeyNothingIsTold() {
        for (String key : List.of("", "Bearer wrong", "Basic az1r", "k")) {
            Answer refused = control.send("GET", SUBSCRIPTIONS, null, Map.of("authorization", key));
            assertThat(refused.status()).as(key).isEqualTo(401);
            assertThat(refused.header("www-authenticate")).isEqualTo("Bearer");
        }
        Set<Long> before =
                new HashSet<>(broker.endOffsets(List.of(Topics.SUBSCRIPTIONS)).values());
        assertThat(control.send(
                                "POST",
                                SUBSCRIPTIONS,
                                MINIMAL,
                                Map.of("authorization", "Bearer K", "content-type", "application/json"))
                        .status())
                .isEqualTo(401);
        assertThat(new HashSet<>(
                        broker.endOffsets(List.of(Topics.SUBSCRIPTIONS)).values()))
                .isEqualTo(before);
    }

    @Test
    void aRestartKeepsEverything() {
        String path = SUBSCRIPTIONS + "/kept";
        String made = control.put(path, MINIMAL.replace("}", ",\"description\":\"kept\"}"))
                .etag();
        try (RunningControl again = run()) {
            Answer got = again.get(path);
            assertThat(got.status()).isEqualTo(200);
            assertThat(got.etag()).isEqualTo(made);
            assertThat(got.json().path("description").asText()).isEqualTo("kept");
        }
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

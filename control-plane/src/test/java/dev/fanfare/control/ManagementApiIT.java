package dev.fanfare.control;

import static dev.fanfare.control.RunningControl.SUBSCRIPTIONS;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.contract.Json;
import dev.fanfare.contract.delivery.Attempt;
import dev.fanfare.contract.delivery.Delivery;
import dev.fanfare.contract.delivery.DeliveryRecords;
import dev.fanfare.contract.delivery.Signal;
import dev.fanfare.contract.event.EventRecords;
import dev.fanfare.contract.signing.SecretSeal;
import dev.fanfare.contract.signing.WebhookKeyPair;
import dev.fanfare.contract.signing.WebhookSecret;
import dev.fanfare.contract.subscription.Subscription;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.control.RunningControl.Answer;
import dev.fanfare.runtime.secret.KeysetFile;
import dev.fanfare.testkit.Fresh;
import dev.fanfare.testkit.TestBroker;
import dev.fanfare.testkit.WithBroker;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@WithBroker
class ManagementApiIT {
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
    void aRotatedSecretIsShownOnceAndStandsBeforeTheOldOneUntilTheOverlapIsOver() throws Exception {
        Answer made = control.post(SUBSCRIPTIONS, MINIMAL);
        String path = made.header("location");
        Answer rotated = control.post(path + "/rotate-secret", "{\"overlap\":\"1h\"}");
        assertThat(rotated.status()).as(rotated.body()).isEqualTo(200);
        assertThat(rotated.etag()).isNotEqualTo(made.etag());
        String key = "acme/" + made.json().path("id").asText();
        Subscription written = null;
        for (ConsumerRecord<byte[], byte[]> record : broker.records(Topics.SUBSCRIPTIONS)) {
            if (new String(record.key(), UTF_8).equals(key)) {
                written = Subscription.fromJson(record.value());
            }
        }
        assertThat(written).isNotNull();
        SecretSeal seal = KeysetFile.open(folder.resolve("keyset.json"));
        assertThat(seal.open(written.secrets().get(0), key).reveal())
                .isEqualTo(rotated.json().path("secret").asText());
        assertThat(seal.open(written.secrets().get(1), key).reveal())
                .isEqualTo(made.json().path("secret").asText());
        assertThat(written.secrets().get(1).expiresAtMillis()).isEqualTo(written.updatedAtMillis() + 3_600_000);
        Answer got = control.get(path);
        assertThat(got.json().has("secret")).isFalse();
        assertThat(got.json().path("oldSecretsUntil").asText())
                .isEqualTo(Instant.ofEpochMilli(written.updatedAtMillis() + 3_600_000)
                        .toString());
        assertThat(control.put(path, got.body()).etag())
                .as("what is got may be put")
                .isEqualTo(got.etag());
    }

    @Test
    void aRotationIsRefusedWhereNothingOrAnotherStateIsThereOrTheOverlapIsNone() {
        Answer made = control.post(SUBSCRIPTIONS, MINIMAL);
        String rotate = made.header("location") + "/rotate-secret";
        assertThat(control.post(SUBSCRIPTIONS + "/nobody/rotate-secret", "{}").status())
                .isEqualTo(404);
        assertThat(control.post(rotate, "{\"overlap\":\"soon\"}").faultyFields())
                .containsExactly("overlap");
        assertThat(control.post(rotate, "{\"overlapp\":\"1h\"}").faultyFields()).containsExactly("overlapp");
        assertThat(control.post(rotate, "[]").status()).isEqualTo(400);
        assertThat(control.send("POST", rotate, null, Map.of("if-match", "\"1\""))
                        .status())
                .isEqualTo(412);
        assertThat(control.send("POST", rotate, null, Map.of()).status()).isEqualTo(200);
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
    void theSecretIsNotReadableOnTheTopicButOpensWithTheKeyset() throws Exception {
        Answer made = control.post(SUBSCRIPTIONS, MINIMAL);
        String secret = made.json().path("secret").asText();
        String key = "acme/" + made.json().path("id").asText();
        ConsumerRecord<byte[], byte[]> written = null;
        for (ConsumerRecord<byte[], byte[]> record : broker.records(Topics.SUBSCRIPTIONS)) {
            String raw = record.value() == null ? "" : new String(record.value(), ISO_8859_1);
            assertThat(raw).doesNotContain("whsec_").doesNotContain(secret.substring("whsec_".length()));
            if (new String(record.key(), UTF_8).equals(key)) {
                written = record;
            }
        }
        assertThat(written).isNotNull();
        assertThat("\"" + written.offset() + "\"").isEqualTo(made.etag());
        Subscription subscription = Subscription.fromJson(written.value());
        assertThat(KeysetFile.open(folder.resolve("keyset.json"))
                        .open(subscription.secrets().get(0), key)
                        .reveal())
                .isEqualTo(secret);
    }

    @Test
    void anAsymmetricSubscriptionShowsItsPublicKeyAlwaysAndItsPrivateKeyNever() throws Exception {
        String path = SUBSCRIPTIONS + "/asymmetric";
        String body = MINIMAL.substring(0, MINIMAL.length() - 1) + ",\"signing\":\"v1a\"}";
        Answer made = control.put(path, body);
        assertThat(made.status()).as(made.body()).isEqualTo(201);
        assertThat(made.json().has("secret")).isFalse();
        String publicKey = made.json().path("publicKey").asText();
        assertThat(publicKey).startsWith("whpk_");
        Answer got = control.get(path);
        assertThat(got.json().path("publicKey").asText()).isEqualTo(publicKey);
        assertThat(got.json().path("signing").asText()).isEqualTo("v1a");

        assertThat(control.put(path, body).etag()).isEqualTo(made.etag());
        assertThat(control.put(path, MINIMAL).etag()).as("absent: as it is").isEqualTo(made.etag());
        assertThat(control.put(path, got.body()).etag()).isEqualTo(made.etag());
        Answer changed = control.put(path, body.replace("v1a", "v1"));
        assertThat(changed.status()).isEqualTo(400);
        assertThat(changed.faultyFields()).containsExactly("signing");

        for (ConsumerRecord<byte[], byte[]> record : broker.records(Topics.SUBSCRIPTIONS)) {
            if (new String(record.key(), UTF_8).equals("acme/asymmetric")) {
                assertThat(new String(record.value(), UTF_8)).doesNotContain("whsk_");
                String opened = KeysetFile.open(folder.resolve("keyset.json"))
                        .open(Subscription.fromJson(record.value()).secrets().get(0), "acme/asymmetric")
                        .reveal();
                assertThat(WebhookKeyPair.parse(opened).publicKey().text()).isEqualTo(publicKey);
            }
        }
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

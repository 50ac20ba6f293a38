package dev.fanfare.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fanfare.contract.Json;
import dev.fanfare.contract.catalog.AccessKey;
import dev.fanfare.contract.catalog.AccessKey.HashedSecret;
import dev.fanfare.contract.catalog.CatalogEntry;
import dev.fanfare.contract.catalog.EventType;
import dev.fanfare.contract.catalog.EventType.Version;
import dev.fanfare.contract.catalog.KeyToken;
import dev.fanfare.contract.catalog.Quota;
import dev.fanfare.contract.catalog.Scope;
import dev.fanfare.contract.catalog.Tenant;
import dev.fanfare.contract.catalog.Tenant.EventTypes;
import dev.fanfare.contract.subscription.Subscription.RateLimit;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.testkit.Fresh;
import dev.fanfare.testkit.TestBroker;
import dev.fanfare.testkit.WithBroker;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who may send, how much, and which events: as the catalog says, from the moment that it says so. */
@WithBroker
class CatalogIT {
    private static final String EVENT = "{\"type\":\"t\",\"data\":{}}";

    private static final SecureRandom RANDOM = new SecureRandom();
    private static TestBroker broker;
    private static RunningIngest ingest;

    @BeforeAll
    static void open(@Fresh TestBroker own) {
        broker = own;
        broker.createFanfareTopics();
        ingest = RunningIngest.on(broker);
    }

    @AfterAll
    static void close() {
        if (ingest != null) {
            ingest.close();
        }
    }

    @Test
    void aKeyAndATenantCountFromTheMomentThatTheyAreWritten() throws Exception {
        for (int i = 0; i < 20; i++) {
            String key = key("acme", null, Scope.EVENTS_WRITE);
            assertThat(send("acme", key, EVENT).statusCode()).isEqualTo(202);
            put(tenant("young-" + i, EventTypes.OPEN, null));
            assertThat(send("young-" + i, RunningIngest.KEY, EVENT).statusCode())
                    .isEqualTo(202);
        }
    }

    @Test
    void onEveryRouteOnlyWhoMayWriteEventsOfThisTenantDoesSo() throws Exception {
        String writer = key("acme", null, Scope.EVENTS_WRITE);
        String administrator = key(null, null, Scope.EVENTS_WRITE);
        String foreign = key("default", null, Scope.values());
        String manager = key("acme", null, Scope.MANAGE, Scope.READ);
        AccessKey revocable = keyRecord("acme", null, token(), Scope.EVENTS_WRITE);
        KeyToken revoked = token();
        put(keyRecord("acme", null, revoked, Scope.EVENTS_WRITE).revoked(1));
        put(revocable);
        String forged = KeyToken.mint(revocable.id(), RANDOM).reveal();

        List<String> routes = routes();
        assertThat(routes).isNotEmpty();
        for (String route : routes) {
            String method = route.substring(0, route.indexOf(' '));
            String path = route.substring(method.length() + 1).replace(":tenant", "acme");
            for (String nobody : List.of("nonsense", forged, revoked.reveal())) {
                assertThat(send(method, path, nobody, EVENT).statusCode())
                        .as(route)
                        .isEqualTo(401);
            }
            for (String other : List.of(foreign, manager)) {
                assertThat(send(method, path, other, EVENT).statusCode())
                        .as(route)
                        .isEqualTo(403);
            }
            for (String allowed : List.of(writer, administrator)) {
                assertThat(send(method, path, allowed, EVENT).statusCode())
                        .as(route)
                        .isEqualTo(202);
            }
        }
    }

    @Test
    void aTenantsLimitIsToldOnEveryAnswerAndWhoIsBeyondItWaits() throws Exception {
        put(tenant("limited", EventTypes.OPEN, new RateLimit(0.01)));

        HttpResponse<String> first = send("limited", RunningIngest.KEY, EVENT);
        HttpResponse<String> second = send("limited", RunningIngest.KEY, EVENT);

        assertThat(first.statusCode()).isEqualTo(202);
        assertThat(header(first, "ratelimit-policy")).isEqualTo("\"tenant\";q=1;w=100");
        assertThat(header(first, "ratelimit")).matches("\"tenant\";r=0;t=(100|9\\d)");
        assertThat(second.statusCode()).isEqualTo(429);
        assertThat(second.headers().firstValue("content-type")).hasValue("application/problem+json");
        assertThat(second.body()).contains("tenant").contains("0.01 events a second");
        assertThat(Integer.parseInt(header(second, "retry-after"))).isBetween(1, 100);
        assertThat(send("acme", RunningIngest.KEY, EVENT).headers().firstValue("ratelimit"))
                .isEmpty();
    }

    @Test
    void aKeysOwnLimitHoldsForThatKeyAlone() throws Exception {
        String slow = key("acme", new RateLimit(0.01), Scope.EVENTS_WRITE);
        String other = key("acme", null, Scope.EVENTS_WRITE);

        assertThat(send("acme", slow, EVENT).statusCode()).isEqualTo(202);
        HttpResponse<String> refused = send("acme", slow, EVENT);
        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(header(refused, "ratelimit")).startsWith("\"key\";r=0");
        assertThat(send("acme", other, EVENT).statusCode()).isEqualTo(202);
    }

    @Test
    void aTenantsQuotaIsForEventsThatAreAcceptedAndABatchThatIsBeyondItIsRefusedWhole() throws Exception {
        put(new Tenant("metered", null, EventTypes.OPEN, null, new Quota(null, 3L), 1, 1));

        HttpResponse<String> refused = send("metered", RunningIngest.KEY, "{\"type\":7,\"data\":1}");
        HttpResponse<String> two = send("metered", RunningIngest.KEY, "[" + EVENT + "," + EVENT + "]");
        HttpResponse<String> twoMore = send("metered", RunningIngest.KEY, "[" + EVENT + "," + EVENT + "]");
        HttpResponse<String> last = send("metered", RunningIngest.KEY, EVENT);
        HttpResponse<String> beyond = send("metered", RunningIngest.KEY, "not even JSON");

        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(two.statusCode()).isEqualTo(202);
        assertThat(header(two, "ratelimit-policy")).matches("\"month\";q=3;w=2\\d{6}");
        assertThat(header(two, "ratelimit")).startsWith("\"month\";r=1;t=");
        assertThat(twoMore.statusCode()).isEqualTo(429);
        assertThat(twoMore.body()).contains("3 events a month (UTC), and 1 are left");
        assertThat(last.statusCode()).isEqualTo(202);
        assertThat(beyond.statusCode()).isEqualTo(429);
        assertThat(Integer.parseInt(header(beyond, "retry-after"))).isBetween(1, 31 * 86_400);
    }

    @Test
    void aKeysQuotaHoldsForWhatIsSentWithItAlone() throws Exception {
        String key = meteredKey(new Quota(2L, null));
        String other = meteredKey(new Quota(2L, 5L));

        HttpResponse<String> three = send("acme", key, "[" + EVENT + "," + EVENT + "," + EVENT + "]");
        HttpResponse<String> two = send("acme", key, "[" + EVENT + "," + EVENT + "]");
        HttpResponse<String> beyond = send("acme", key, EVENT);

        assertThat(three.statusCode()).isEqualTo(429);
        assertThat(two.statusCode()).isEqualTo(202);
        assertThat(header(two, "ratelimit-policy")).isEqualTo("\"key-day\";q=2;w=86400");
        assertThat(header(two, "ratelimit")).startsWith("\"key-day\";r=0;t=");
        assertThat(beyond.statusCode()).isEqualTo(429);
        assertThat(beyond.body()).contains("the quota of this key is 2 events a day (UTC)");
        HttpResponse<String> ofOther = send("acme", other, EVENT);
        assertThat(ofOther.statusCode()).isEqualTo(202);
        assertThat(header(ofOther, "ratelimit")).contains("\"key-day\";r=1").contains("\"key-month\";r=4");
        assertThat(send("acme", RunningIngest.KEY, EVENT).statusCode()).isEqualTo(202);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'type':'order.created','data':{'total':1}}                                       | 202 |",
                "{'type':'order.created','data':{'total':1},'dataschema':'https://x/v1/tenants/strict/event-types/order.created/versions/2'} | 202 |",
                "{'type':'order.created','data':{'sum':1},'dataschema':'https://x/event-types/order.created/versions/1'} | 202 |",
                "{'type':'order.created','data':{'sum':1},'dataschema':'https://example.com/order-1'} | 202 |",
                "{'type':'free','data':'anything'}                                                 | 202 |",
                "{'type':'order.creatd','data':{'total':1}}                                        | 422 | /type",
                "{'type':'order.created','data':{'total':'1'}}                                     | 422 | /data/total",
                "{'type':'order.created','data':{'sum':1}}                                         | 422 | /data",
                "{'type':'order.created'}                                                          | 422 | /data",
                "{'type':'order.created','data':{'total':1},'dataschema':'https://x/event-types/order.created/versions/3'} | 422 | /dataschema",
                "{'type':'order.created','data':{'total':1},'dataschema':'https://x/event-types/order.created/versions/1'} | 422 | /data"
            })
    void aStrictTenantsEventsAreAsItsTypesSay(String event, int status, String field) throws Exception {
        put(tenant("strict", EventTypes.STRICT, null));
        put(orderCreated("strict"));
        put(new EventType("strict", "free", null, null, List.of(), 1, 1));

        ObjectNode cloudEvent = (ObjectNode) Json.STRICT.readTree(event.replace('\'', '"'));
        cloudEvent.put("specversion", "1.0").put("id", "1").put("source", "/x");
        HttpResponse<String> answer = ingest.send(ingest.request("strict")
                .header("Content-Type", "application/cloudevents+json")
                .POST(BodyPublishers.ofString(cloudEvent.toString())));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        if (field != null) {
            assertThat(Json.STRICT.readTree(answer.body()).path("errors").findValuesAsText("field"))
                    .containsExactly(field);
        }
    }

    @Test
    void dataThatIsNoJsonDoesntFitAType() throws Exception {
        put(tenant("strict", EventTypes.STRICT, null));
        put(orderCreated("strict"));

        HttpResponse<String> answer = ingest.send(ingest.request("strict")
                .header("Content-Type", "text/plain")
                .header("ce-specversion", "1.0")
                .header("ce-id", "1")
                .header("ce-source", "/x")
                .header("ce-type", "order.created")
                .POST(BodyPublishers.ofString("total: 1")));

        assertThat(answer.statusCode()).isEqualTo(422);
        assertThat(answer.body()).contains("text/plain");
    }

    @Test
    void aTypeAndAVersionCountFromTheMomentThatTheyAreWritten() throws Exception {
        put(tenant("growing", EventTypes.STRICT, null));
        for (int i = 0; i < 10; i++) {
            put(new EventType("growing", "t" + i, null, null, List.of(), 1, 1));
            assertThat(send("growing", RunningIngest.KEY, "{\"type\":\"t" + i + "\",\"data\":1}")
                            .statusCode())
                    .isEqualTo(202);
        }
    }

    @Test
    void anOpenTenantsEventsAreNotHeldToItsTypes() throws Exception {
        put(tenant("open", EventTypes.OPEN, null));
        put(orderCreated("open"));

        assertThat(send("open", RunningIngest.KEY, "{\"type\":\"order.created\",\"data\":7}")
                        .statusCode())
                .isEqualTo(202);
    }

    /** The catalog's end is not to be had while a transaction is open on it. */
    @Test
    void untilTheCatalogIsReadNothingIsTakenForNobodyKnowsItsRules() throws Exception {
        Tenant strict = tenant("early", EventTypes.STRICT, null);
        Map<String, String> early = Map.of("access.tenants", "early");
        try (KafkaProducer<byte[], byte[]> writer = transactional("early")) {
            writer.beginTransaction();
            writer.send(new ProducerRecord<>(Topics.CATALOG, 0, strict.key().getBytes(UTF_8), strict.toJson()))
                    .get();
            try (RunningIngest starting = new RunningIngest(broker, early)) {
                await().atMost(Duration.ofMinutes(2))
                        .until(() -> starting.role.readiness().reason().contains("tenants and keys"));

                HttpResponse<String> before = starting.send(starting.request("early")
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(EVENT)));
                writer.commitTransaction();
                starting.awaitReady();
                HttpResponse<String> after = starting.send(starting.request("early")
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(EVENT)));

                assertThat(before.statusCode()).as(before.body()).isEqualTo(503);
                assertThat(before.headers().firstValue("retry-after")).isPresent();
                assertThat(after.statusCode()).as(after.body()).isEqualTo(422);
            }
        }
    }

    /** An unknown type is asked for, and no answer comes while a transaction is open on the catalog. */
    @Test
    void packedEventsThatWaitForTheirCheckTakeNoMoreMemoryThanTheBuffer() throws Exception {
        put(tenant("narrow", EventTypes.STRICT, null));
        Map<String, String> small =
                Map.of("ingest.max-body", "64KiB", "ingest.max-batch", "1", "ingest.buffer", "130KiB");
        byte[] packed = Packed.gzip(("{\"type\":\"t\",\"data\":\"" + "x".repeat(60_000) + "\"}").getBytes(UTF_8));
        try (RunningIngest narrow = RunningIngest.on(broker, small);
                KafkaProducer<byte[], byte[]> writer = transactional("narrow")) {
            Tenant another = tenant("another", EventTypes.OPEN, null);
            writer.beginTransaction();
            writer.send(new ProducerRecord<>(Topics.CATALOG, 0, another.key().getBytes(UTF_8), another.toJson()))
                    .get();
            List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                answers.add(narrow.sendAsync(narrow.request("narrow")
                        .header("Content-Type", "application/json")
                        .header("Content-Encoding", "gzip")
                        .POST(BodyPublishers.ofByteArray(packed))));
            }
            CompletableFuture.anyOf(answers.toArray(CompletableFuture<?>[]::new))
                    .get(30, TimeUnit.SECONDS);
            writer.commitTransaction();

            assertThat(answers.stream().map(CompletableFuture::join).map(HttpResponse::body))
                    .filteredOn(body -> body.contains("ingest.buffer"))
                    .hasSize(1);
            assertThat(narrow.send(narrow.request("default")
                                    .header("Content-Type", "application/json")
                                    .POST(BodyPublishers.ofString(EVENT)))
                            .statusCode())
                    .isEqualTo(202);
        }
    }

    private static KafkaProducer<byte[], byte[]> transactional(String id) {
        KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of(
                        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        broker.bootstrapServers(),
                        ProducerConfig.TRANSACTIONAL_ID_CONFIG,
                        id),
                new ByteArraySerializer(),
                new ByteArraySerializer());
        producer.initTransactions();
        return producer;
    }

    private static EventType orderCreated(String tenant) throws Exception {
        JsonNode first = Json.TOPIC.readTree("{\"$id\":\"https://example.com/order-1\",\"required\":[\"sum\"]}");
        JsonNode second = Json.TOPIC.readTree(
                "{\"type\":\"object\",\"required\":[\"total\"],\"properties\":{\"total\":{\"type\":\"number\"}}}");
        return new EventType(
                tenant,
                "order.created",
                null,
                null,
                List.of(new Version(1, first, null, null, 1), new Version(2, second, null, null, 1)),
                1,
                1);
    }

    private static Tenant tenant(String id, EventTypes rule, RateLimit limit) {
        return new Tenant(id, null, rule, limit, null, 1, 1);
    }

    private static void put(CatalogEntry entry) {
        broker.send(new ProducerRecord<>(Topics.CATALOG, 0, entry.key().getBytes(UTF_8), entry.toJson()));
    }

    private static String key(String tenant, RateLimit limit, Scope... scopes) {
        KeyToken token = token();
        put(keyRecord(tenant, limit, token, scopes));
        return token.reveal();
    }

    private static String meteredKey(Quota quota) {
        KeyToken token = token();
        AccessKey key = keyRecord("acme", null, token, Scope.EVENTS_WRITE);
        put(new AccessKey(
                key.id(), "acme", "metered", key.scopes(), key.secrets(), key.state(), null, quota, null, 1, 1));
        return token.reveal();
    }

    private static AccessKey keyRecord(String tenant, RateLimit limit, KeyToken token, Scope... scopes) {
        return new AccessKey(
                KeyToken.idIn(token.reveal()),
                tenant,
                "test",
                Set.of(scopes),
                List.of(new HashedSecret(KeyToken.hash(token.reveal()), 1, null)),
                AccessKey.State.ACTIVE,
                limit,
                null,
                null,
                1,
                1);
    }

    private static KeyToken token() {
        return KeyToken.mint(KeyToken.mintId(RANDOM), RANDOM);
    }

    /** Each method and path that the role mounts. */
    private static List<String> routes() {
        List<String> routes = new ArrayList<>();
        Vertx vertx = Vertx.vertx();
        try {
            Router router = Router.router(vertx);
            ingest.role.mount(router);
            for (Route route : router.getRoutes()) {
                for (HttpMethod method : route.methods()) {
                    routes.add(method + " " + route.getPath());
                }
            }
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
        return routes;
    }

    private static HttpResponse<String> send(String tenant, String key, String event) {
        return send("POST", "/v1/tenants/" + tenant + "/events", key, event);
    }

    private static HttpResponse<String> send(String method, String path, String key, String event) {
        return ingest.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + ingest.port + path))
                .header("Authorization", "Bearer " + key)
                .header("Content-Type", "application/json")
                .method(method, BodyPublishers.ofString(event)));
    }

    private static String header(HttpResponse<String> response, String name) {
        return response.headers().firstValue(name).orElse("");
    }
}

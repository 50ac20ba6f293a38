package dev.fanfare.control;

import static dev.fanfare.control.RunningControl.SUBSCRIPTIONS;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fanfare.contract.catalog.AccessKey;
import dev.fanfare.contract.catalog.KeyToken;
import dev.fanfare.contract.run.AuditEntry;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.control.RunningControl.Answer;
import dev.fanfare.testkit.Fresh;
import dev.fanfare.testkit.TestBroker;
import dev.fanfare.testkit.WithBroker;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tenants and keys over HTTP. */
@WithBroker
class AccessIT {
    private static final String KEYS = "/v1/tenants/acme/keys";
    private static final String JSON = "application/json";

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
    void aNewKeyIsShownOnceAndKeptAsAHashAlone() throws Exception {
        Answer made = control.post(KEYS, "{\"name\":\"shop\",\"scopes\":[\"events:write\",\"read\"]}");
        assertThat(made.status()).isEqualTo(201);
        String key = made.json().path("key").asText();
        String id = made.json().path("id").asText();
        assertThat(key).startsWith(made.json().path("prefix").asText() + "_");
        assertThat(KeyToken.idIn(key)).isEqualTo(id);
        assertThat(made.header("location")).isEqualTo(KEYS + "/" + id);
        assertThat(made.header("cache-control")).isEqualTo("no-store");

        Answer got = control.get(KEYS + "/" + id);
        assertThat(got.status()).isEqualTo(200);
        assertThat(got.etag()).isEqualTo(made.etag());
        assertThat(got.json().path("state").asText()).isEqualTo("active");
        assertThat(got.json().path("scopes").toString()).isEqualTo("[\"events:write\",\"read\"]");
        assertThat(got.body() + control.get(KEYS).body()).contains(id).doesNotContain(key);
        String secret = key.substring(key.lastIndexOf('_') + 1);
        for (String topic : List.of(Topics.CATALOG, Topics.AUDIT)) {
            assertThat(valuesOf(topic)).isNotEmpty().noneMatch(value -> value.contains(secret));
        }
        assertThat(valuesOf(Topics.CATALOG)).anyMatch(value -> value.contains(KeyToken.hash(key)));
    }

    @Test
    void aRotatedKeyHasTwoSecretsForAWhileAndARevokedOneNone() {
        String old = control.makeKey("acme", "read");
        String path = KEYS + "/" + KeyToken.idIn(old);

        Answer rotated = control.post(path + "/rotate", "{\"overlap\":\"1h\"}");
        assertThat(rotated.status()).isEqualTo(200);
        String fresh = rotated.json().path("key").asText();
        assertThat(fresh).startsWith(rotated.json().path("prefix").asText()).isNotEqualTo(old);
        assertThat(rotated.json().path("secrets")).hasSize(2);
        assertThat(rotated.json().at("/secrets/0").has("endsAt")).isFalse();
        assertThat(rotated.json().at("/secrets/1").has("endsAt")).isTrue();
        assertThat(get(SUBSCRIPTIONS, old).status()).isEqualTo(200);
        assertThat(get(SUBSCRIPTIONS, fresh).status()).isEqualTo(200);

        String last = control.send("POST", path + "/rotate", "{\"overlap\":\"0s\"}", Map.of("content-type", JSON))
                .json()
                .path("key")
                .asText();
        assertThat(get(SUBSCRIPTIONS, old).status()).isEqualTo(401);
        assertThat(get(SUBSCRIPTIONS, fresh).status()).isEqualTo(401);
        assertThat(get(SUBSCRIPTIONS, last).status()).isEqualTo(200);

        Answer revoked = control.send("POST", path + "/revoke", null, Map.of());
        assertThat(revoked.json().path("state").asText()).isEqualTo("revoked");
        assertThat(get(SUBSCRIPTIONS, last).status()).isEqualTo(401);
        assertThat(control.send("POST", path + "/revoke", null, Map.of()).etag())
                .isEqualTo(revoked.etag());
        assertThat(control.send("POST", path + "/rotate", null, Map.of()).status())
                .isEqualTo(409);
    }

    @Test
    void aKeyThatOneInstanceMadeWorksAtAnotherFromTheAnswerOn() {
        try (RunningControl other = run()) {
            for (int i = 0; i < 20; i++) {
                String key = control.makeKey("acme", "read");
                assertThat(other.send("GET", SUBSCRIPTIONS, null, bearer(key)).status())
                        .isEqualTo(200);
            }
            assertThat(control.put("/v1/tenants/made-here", "{}").status()).isEqualTo(201);
            assertThat(other.get("/v1/tenants/made-here/subscriptions").status())
                    .isEqualTo(200);
        }
    }

    @Test
    void nobodyGivesAwayAScopeThatTheyDontHave() {
        String manager = control.makeKey("acme", "manage");
        String sender = control.makeKey("acme", "events:write");

        assertThat(post(KEYS, "{\"name\":\"x\",\"scopes\":[\"read\",\"manage\"]}", manager)
                        .status())
                .isEqualTo(201);
        assertThat(post(KEYS, "{\"name\":\"x\",\"scopes\":[\"events:write\"]}", manager)
                        .status())
                .isEqualTo(403);
        assertThat(post(KEYS + "/" + KeyToken.idIn(sender) + "/rotate", "{}", manager)
                        .status())
                .isEqualTo(403);
        assertThat(post(KEYS + "/" + KeyToken.idIn(sender) + "/revoke", "{}", manager)
                        .status())
                .isEqualTo(200);
    }

    @Test
    void everyFaultOfAKeyIsNamedAndNothingIsMade() {
        int before = control.get(KEYS + "?limit=500").json().path("items").size();

        Answer answer = control.post(
                KEYS,
                "{\"id\":\"mine\",\"scopes\":[\"reed\"],\"expiresAt\":\"2020-01-01T00:00:00Z\","
                        + "\"rateLimit\":{\"perSecond\":0}}");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.faultyFields())
                .containsExactlyInAnyOrder("id", "name", "scopes[0]", "expiresAt", "rateLimit.perSecond");
        assertThat(answer.body()).contains("Did you mean 'read'?");
        assertThat(control.get(KEYS + "?limit=500").json().path("items")).hasSize(before);
    }

    @Test
    void keysComePageByPage() {
        control.put("/v1/tenants/paged", "{}");
        Set<String> made = new TreeSet<>();
        for (int i = 0; i < 5; i++) {
            made.add(KeyToken.idIn(control.makeKey("paged", "read")));
        }
        List<String> listed = new ArrayList<>();
        String query = "?limit=2";
        for (String cursor = ""; cursor != null; ) {
            JsonNode page = control.get("/v1/tenants/paged/keys" + query).json();
            page.path("items").forEach(key -> listed.add(key.path("id").asText()));
            cursor = page.path("nextCursor").textValue();
            query = "?limit=2&cursor=" + cursor;
        }
        assertThat(listed).containsExactlyElementsOf(made);
    }

    @Test
    void aTenantIsMadeChangedAndDeletedWithItsKeysButNotWithItsSubscriptions() {
        Answer made = control.post("/v1/tenants", "{\"id\":\"brief\",\"description\":\"for a while\"}");
        assertThat(made.status()).isEqualTo(201);
        assertThat(made.json().path("eventTypes").asText()).isEqualTo("open");
        assertThat(control.post("/v1/tenants", "{\"id\":\"brief\"}").status()).isEqualTo(409);
        for (String noName : List.of("\"\"", "null", "\" \"", "\"..\"", "\"Acme\"")) {
            assertThat(control.post("/v1/tenants", "{\"id\":" + noName + "}").faultyFields())
                    .as(noName)
                    .containsExactly("id");
        }

        Answer changed = control.patch("/v1/tenants/brief", "{\"rateLimit\":{\"perSecond\":5}}");
        assertThat(changed.status()).isEqualTo(200);
        assertThat(changed.json().path("description").asText()).isEqualTo("for a while");
        assertThat(control.put("/v1/tenants/brief", "{}", "if-match", made.etag())
                        .status())
                .isEqualTo(412);
        assertThat(control.get("/v1/tenants/brief")
                        .json()
                        .at("/rateLimit/perSecond")
                        .asInt())
                .isEqualTo(5);

        String key = control.makeKey("brief", "manage");
        String subscription = "{\"id\":\"s\",\"url\":\"https://example.com/\",\"eventTypes\":[\"*\"]}";
        assertThat(post("/v1/tenants/brief/subscriptions", subscription, key).status())
                .isEqualTo(201);
        assertThat(control.delete("/v1/tenants/brief").status()).isEqualTo(409);
        assertThat(control.delete("/v1/tenants/brief/subscriptions/s").status()).isEqualTo(204);
        assertThat(control.delete("/v1/tenants/brief").status()).isEqualTo(204);
        assertThat(get("/v1/tenants/brief/subscriptions", key).status()).isEqualTo(401);

        assertThat(control.put("/v1/tenants/brief", "{}").status()).isEqualTo(201);
        assertThat(get("/v1/tenants/brief/subscriptions", key).status()).isEqualTo(401);
        assertThat(control.get("/v1/tenants/brief/keys").json().path("items")).isEmpty();
    }

    @Test
    void aTenantOfTheSettingsIsThereCanBeChangedAndCantBeDeleted() {
        assertThat(control.get("/v1/tenants").json().path("items").findValuesAsText("id"))
                .contains("acme", "other");
        assertThat(control.get("/v1/tenants/other").json().path("configured").asBoolean())
                .isTrue();
        assertThat(control.patch("/v1/tenants/other", "{\"description\":\"the other\"}")
                        .status())
                .isIn(200, 201);
        assertThat(control.get("/v1/tenants/other").json().path("description").asText())
                .isEqualTo("the other");
        assertThat(control.delete("/v1/tenants/other").status()).isEqualTo(409);
    }

    @Test
    void everyChangeStandsInTheAuditWithWhoMadeIt() throws Exception {
        String manager = control.makeKey(null, "manage", "read");
        post("/v1/tenants", "{\"id\":\"audited\"}", manager);
        String key = post("/v1/tenants/audited/keys", "{\"name\":\"x\",\"scopes\":[\"read\"]}", manager)
                .json()
                .path("id")
                .asText();
        post("/v1/tenants/audited/keys/" + key + "/rotate", "{}", manager);
        post("/v1/tenants/audited/keys/" + key + "/revoke", "{}", manager);
        control.send("DELETE", "/v1/tenants/audited", null, bearer(manager));

        List<String> lines = new ArrayList<>();
        for (String value : valuesOf(Topics.AUDIT)) {
            AuditEntry entry = AuditEntry.fromJson(value.getBytes(UTF_8));
            if (entry.object().startsWith("audited/")) {
                lines.add(entry.action() + " " + entry.object() + " by "
                        + entry.by().text());
            }
        }
        String by = " by key " + KeyToken.visible(KeyToken.idIn(manager));
        String keyPath = AccessKey.key("audited", key);
        assertThat(lines)
                .containsExactly(
                        "tenant created audited/tenant/audited" + by,
                        "key created " + keyPath + by,
                        "key rotated " + keyPath + by,
                        "key revoked " + keyPath + by,
                        "tenant deleted audited/tenant/audited" + by);
    }

    private static Answer get(String path, String key) {
        return control.send("GET", path, null, bearer(key));
    }

    private static Answer post(String path, String json, String key) {
        return control.send("POST", path, json, Map.of("content-type", JSON, "authorization", "Bearer " + key));
    }

    private static Map<String, String> bearer(String key) {
        return Map.of("authorization", "Bearer " + key);
    }

    private static List<String> valuesOf(String topic) {
        return broker.records(topic).stream()
                .map(ConsumerRecord::value)
                .filter(value -> value != null)
                .map(value -> new String(value, UTF_8))
                .toList();
    }
}

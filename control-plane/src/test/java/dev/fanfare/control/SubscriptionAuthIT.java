package dev.fanfare.control;

import static dev.fanfare.control.RunningControl.SUBSCRIPTIONS;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fanfare.contract.Json;
import dev.fanfare.contract.signing.SecretSeal.Purpose;
import dev.fanfare.contract.subscription.Subscription;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.control.RunningControl.Answer;
import dev.fanfare.runtime.secret.KeysetFile;
import dev.fanfare.testkit.ClientKeys;
import dev.fanfare.testkit.Fresh;
import dev.fanfare.testkit.TestBroker;
import dev.fanfare.testkit.WithBroker;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Credentials: taken once, sealed, never shown, and never sent elsewhere than where their owner meant them to go. */
@WithBroker
class SubscriptionAuthIT {
    private static final String SECRET = "Sesame-0pen";

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

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "bearer | {\"type\":\"bearer\"}                          | token",
                "basic  | {\"type\":\"basic\",\"username\":\"ada\"}      | password",
                "oauth2 | {\"type\":\"oauth2\",\"tokenUrl\":\"https://id.example/token\",\"clientId\":\"c\",\"scope\":\"a b\","
                        + "\"clientAuthentication\":\"body\"} | clientSecret",
            })
    void theSecretPartIsSealedAndNeverShown(String name, String shown, String member) throws Exception {
        String path = SUBSCRIPTIONS + "/sealed-" + name;
        Answer made = control.put(path, body("https://example.com/", auth(shown, member, SECRET)));
        assertThat(made.status()).as(made.body()).isEqualTo(201);
        assertThat(made.json().path("auth")).isEqualTo(Json.STRICT.readTree(shown));
        for (Answer answer : List.of(made, control.get(path), control.get(SUBSCRIPTIONS + "?limit=500"))) {
            assertThat(answer.body()).doesNotContain(SECRET);
        }
        Subscription written = written("acme/sealed-" + name);
        assertThat(new String(written.toJson(), UTF_8)).doesNotContain(SECRET);
        assertThat(KeysetFile.open(folder.resolve("keyset.json"))
                        .open(written.auth().secret(), Purpose.CREDENTIAL, written.key()))
                .isEqualTo(SECRET);

        Answer again = control.put(path, body("https://example.com/", auth(shown, member, SECRET)));
        assertThat(again.etag()).as("repeating it changes nothing").isEqualTo(made.etag());
    }

    @Test
    void whoGetsEditsAndPutsKeepsTheSecret() throws Exception {
        String path = SUBSCRIPTIONS + "/edited";
        control.put(path, body("https://example.com/a", auth("{\"type\":\"bearer\"}", "token", SECRET)));
        Subscription before = written("acme/edited");
        ObjectNode got = (ObjectNode) control.get(path).json();
        got.put("url", "https://example.com/b").put("description", "moved");

        assertThat(control.put(path, got.toString()).status()).isEqualTo(200);
        assertThat(control.send("PATCH", path, "{\"timeout\":\"5s\"}", Map.of("content-type", "application/json"))
                        .status())
                .isEqualTo(200);

        Subscription after = written("acme/edited");
        assertThat(after.url()).hasToString("https://example.com/b");
        assertThat(after.timeout()).isEqualTo("5s");
        assertThat(after.auth()).isEqualTo(before.auth());
    }

    @Test
    void theSecretDoesNotFollowToAnotherHost() throws Exception {
        String path = SUBSCRIPTIONS + "/moved";
        control.put(path, body("https://example.com/", auth("{\"type\":\"bearer\"}", "token", SECRET)));
        Subscription before = written("acme/moved");
        for (String url : List.of("https://example.org/", "http://example.com/", "https://example.com:8443/")) {
            Answer refused = control.send(
                    "PATCH", path, "{\"url\":\"" + url + "\"}", Map.of("content-type", "application/json"));
            assertThat(refused.status()).as(url).isEqualTo(400);
            assertThat(refused.faultyFields()).containsExactly("auth.token");
            assertThat(refused.body()).contains("must be given again");
        }
        assertThat(written("acme/moved")).isEqualTo(before);

        Answer moved = control.put(path, body("https://example.org/", auth("{\"type\":\"bearer\"}", "token", SECRET)));
        assertThat(moved.status()).isEqualTo(200);
    }

    @Test
    void aClientSecretDoesNotFollowToAnotherTokenEndpoint() {
        String path = SUBSCRIPTIONS + "/token-url";
        String shown = "{\"type\":\"oauth2\",\"tokenUrl\":\"https://id.example/token\",\"clientId\":\"c\"}";
        control.put(path, body("https://example.com/", auth(shown, "clientSecret", SECRET)));

        Answer refused = control.send(
                "PATCH",
                path,
                "{\"auth\":{\"tokenUrl\":\"https://elsewhere.example/\"}}",
                Map.of("content-type", "application/json"));

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.faultyFields()).containsExactly("auth.clientSecret");
    }

    @Test
    void aPatchMayChangeTheTypeTheSecretOrTakeItAway() throws Exception {
        String path = SUBSCRIPTIONS + "/patched";
        Map<String, String> json = Map.of("content-type", "application/json");
        String oauth2 = "{\"type\":\"oauth2\",\"tokenUrl\":\"https://id.example/token\",\"clientId\":\"c\"}";
        control.put(path, body("https://example.com/", auth(oauth2, "clientSecret", SECRET)));

        Answer basic = control.send(
                "PATCH",
                path,
                "{\"auth\":{\"type\":\"basic\",\"username\":\"ada\",\"password\":\"" + SECRET + "\"}}",
                json);
        assertThat(basic.status()).as(basic.body()).isEqualTo(200);
        assertThat(basic.json().path("auth").toString()).isEqualTo("{\"type\":\"basic\",\"username\":\"ada\"}");

        control.send("PATCH", path, "{\"auth\":{\"password\":\"other\"}}", json);
        Subscription written = written("acme/patched");
        assertThat(KeysetFile.open(folder.resolve("keyset.json"))
                        .open(written.auth().secret(), Purpose.CREDENTIAL, written.key()))
                .isEqualTo("other");

        assertThat(control.send("PATCH", path, "{\"auth\":null}", json).json().has("auth"))
                .isFalse();
        assertThat(written("acme/patched").auth()).isNull();
    }

    @ParameterizedTest
    @CsvSource({"EC", "RSA", "Ed25519"})
    void aCertificateShowsWhatItIsAndItsKeyNever(String algorithm) throws Exception {
        ClientKeys keys = ClientKeys.make("acme", algorithm, folder);
        ClientKeys others = ClientKeys.make("other", algorithm, folder);
        String path = SUBSCRIPTIONS + "/mtls-" + algorithm.toLowerCase(java.util.Locale.ROOT);
        ObjectNode auth = Json.STRICT
                .createObjectNode()
                .put("type", "mtls")
                .put("certificate", keys.certificatePem())
                .put("privateKey", keys.privateKeyPem());

        Answer made = control.put(path, body("https://example.com/", auth.toString()));
        assertThat(made.status()).as(made.body()).isEqualTo(201);
        assertThat(made.json().at("/auth/fingerprint").asText()).matches("[0-9a-f]{64}");
        assertThat(made.json().at("/auth/expiresAt").asText())
                .isEqualTo(keys.certificate().getNotAfter().toInstant().toString());
        assertThat(made.body()).doesNotContain("PRIVATE");
        Answer kept = control.put(
                path,
                ((ObjectNode) control.get(path).json()).put("timeout", "3s").toString());
        assertThat(kept.status()).as(kept.body()).isEqualTo(200);

        Answer mixed = control.put(
                path,
                body(
                        "https://example.com/",
                        auth.put("privateKey", others.privateKeyPem()).toString()));
        assertThat(mixed.faultyFields()).containsExactly("auth.privateKey");
        assertThat(mixed.body()).contains("not the key of the certificate");
        Answer halfNew = control.put(
                path,
                body(
                        "https://example.com/",
                        auth.put("certificate", others.certificatePem())
                                .without("privateKey")
                                .toString()));
        assertThat(halfNew.faultyFields()).containsExactly("auth.privateKey");
    }

    private static String auth(String shown, String member, String secret) {
        return shown.substring(0, shown.length() - 1) + ",\"" + member + "\":\"" + secret + "\"}";
    }

    private static String body(String url, String auth) {
        return "{\"url\":\"" + url + "\",\"eventTypes\":[\"*\"],\"auth\":" + auth + "}";
    }

    private static Subscription written(String key) throws Exception {
        ConsumerRecord<byte[], byte[]> last = null;
        for (ConsumerRecord<byte[], byte[]> record : broker.records(Topics.SUBSCRIPTIONS)) {
            if (new String(record.key(), UTF_8).equals(key)) {
                last = record;
            }
        }
        return Subscription.fromJson(last.value());
    }
}

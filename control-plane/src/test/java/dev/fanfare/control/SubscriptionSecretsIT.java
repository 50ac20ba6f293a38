package dev.fanfare.control;

import static dev.fanfare.control.RunningControl.SUBSCRIPTIONS;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.contract.signing.SecretSeal;
import dev.fanfare.contract.signing.WebhookKeyPair;
import dev.fanfare.contract.subscription.Subscription;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.control.RunningControl.Answer;
import dev.fanfare.runtime.config.Settings;
import dev.fanfare.runtime.secret.KeysetFile;
import dev.fanfare.runtime.secret.SecretSettings;
import dev.fanfare.testkit.Fresh;
import dev.fanfare.testkit.StandInVault;
import dev.fanfare.testkit.TestBroker;
import dev.fanfare.testkit.WithBroker;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What signs a subscription's webhooks: who sees it, what it is on the topic, how it is changed. */
@WithBroker
class SubscriptionSecretsIT {
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
    void aControlPlaneWaitsForTheKmsOfItsKeysetAliveAndNotReadyAndIsRefusedNothingAfterwards() throws Exception {
        Path encrypted = folder.resolve("encrypted.json");
        try (StandInVault vault = StandInVault.start("s.token").key("fanfare")) {
            Map<String, String> kms =
                    Map.of("secrets.kms-key-uri", vault.uri("fanfare"), "secrets.kms-token", "s.token");
            KeysetFile.encrypt(
                    folder.resolve("keyset.json"),
                    encrypted,
                    Settings.load(null, Map.of(), kms, List.of(SecretSettings.class))
                            .section(SecretSettings.class));
            vault.seal(true);
            int before = vault.requests();
            try (RunningControl waiting = new RunningControl(broker.bootstrapServers(), encrypted, kms)) {
                CompletableFuture<?> starting = CompletableFuture.runAsync(waiting::start);
                await().until(() -> vault.requests() > before);
                assertThat(waiting.get("/health/live").status()).isEqualTo(200);
                assertThat(waiting.get("/health/ready").status()).isEqualTo(503);
                assertThat(waiting.get("/health/ready").body()).contains("waiting for the keyset's KMS");
                assertThat(waiting.post(SUBSCRIPTIONS, MINIMAL).status()).isEqualTo(503);
                assertThat(new ConsoleVisitor(waiting)
                                .post("/console/login", "key=k")
                                .status())
                        .isEqualTo(503);
                vault.seal(false);
                starting.get(2, TimeUnit.MINUTES);
                int asked = vault.requests();
                vault.seal(true);
                Answer made = waiting.post(SUBSCRIPTIONS, MINIMAL);
                assertThat(made.status()).as(made.body()).isEqualTo(201);
                assertThat(waiting.post(made.header("location") + "/rotate-secret", "{}")
                                .status())
                        .isEqualTo(200);
                assertThat(vault.requests()).isEqualTo(asked);
            }
        }
    }
}

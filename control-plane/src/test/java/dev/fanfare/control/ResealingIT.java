package dev.fanfare.control;

import static dev.fanfare.control.RunningControl.SUBSCRIPTIONS;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.contract.run.AuditEntry;
import dev.fanfare.contract.signing.SecretSeal;
import dev.fanfare.contract.signing.SecretSeal.Purpose;
import dev.fanfare.contract.subscription.Subscription;
import dev.fanfare.contract.subscription.Subscription.SealedSecret;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.control.RunningControl.Answer;
import dev.fanfare.control.subscription.Resealing;
import dev.fanfare.runtime.config.Settings;
import dev.fanfare.runtime.kafka.KafkaConnection;
import dev.fanfare.runtime.secret.Keyset;
import dev.fanfare.runtime.secret.KeysetFile;
import dev.fanfare.runtime.secret.KeysetKeys;
import dev.fanfare.runtime.secret.SealingKeys;
import dev.fanfare.runtime.secret.SealingKeys.Sealer;
import dev.fanfare.runtime.secret.SecretSettings;
import dev.fanfare.testkit.Fresh;
import dev.fanfare.testkit.LogLines;
import dev.fanfare.testkit.TestBroker;
import dev.fanfare.testkit.WithBroker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A keyset got a newer primary key: what older ones sealed is sealed anew, and nobody sees a difference. */
@WithBroker
class ResealingIT {
    private static final String TOKEN = "a-token-of-theirs";
    private static final String MINIMAL = "{\"url\":\"https://example.com/hook\",\"eventTypes\":[\"order.created\"]}";
    private static final String WITH_TOKEN =
            MINIMAL.replace("}", ",\"auth\":{\"type\":\"bearer\",\"token\":\"" + TOKEN + "\"}}");
    /** More than are sealed in one look. */
    private static final int MANY = 70;

    @TempDir
    Path folder;

    private final Map<String, String> secrets = new TreeMap<>();
    private final LogLines said = LogLines.of(Resealing.class);
    private TestBroker broker;
    private Path both;
    private Path onlyNew;

    @BeforeEach
    void sealManyWithAnOldKeyAndPromoteAnother(@Fresh TestBroker fresh) throws Exception {
        broker = fresh;
        both = folder.resolve("both.json");
        onlyNew = folder.resolve("new.json");
        try (RunningControl control = RunningControl.on(broker, folder)) {
            for (int i = 0; i < MANY; i++) {
                Answer made = control.put(SUBSCRIPTIONS + "/" + name(i), i % 2 == 0 ? MINIMAL : WITH_TOKEN);
                assertThat(made.status()).as(made.body()).isEqualTo(201);
                secrets.put("acme/" + name(i), made.json().path("secret").asText());
            }
        }
        Path old = folder.resolve("keyset.json");
        SecretSettings settings = settings(Map.of());
        String oldKey = KeysetKeys.list(old, settings).get(0).id();
        KeysetKeys.add(old, both, settings);
        KeysetKeys.promote(both, both, null, settings);
        KeysetKeys.remove(both, onlyNew, oldKey, settings);
    }

    @AfterEach
    void leave() {
        said.close();
    }

    @Test
    void afterAStartEverySecretIsSealedWithTheNewKeyAndNothingElseHasChanged() throws Exception {
        try (RunningControl control = start(folder.resolve("keyset.json"))) {
            assertThat(control.post(SUBSCRIPTIONS + "/" + name(0) + "/pause", "{}")
                            .status())
                    .isEqualTo(200);
            assertThat(control.patch(SUBSCRIPTIONS + "/" + name(1), "{\"state\":\"disabled\"}")
                            .status())
                    .isEqualTo(200);
            assertThat(control.post(SUBSCRIPTIONS + "/" + name(2) + "/rotate-secret", "{\"overlap\":\"1h\"}")
                            .status())
                    .isEqualTo(200);
            Answer asymmetric =
                    control.put(SUBSCRIPTIONS + "/asymmetric", MINIMAL.replace("}", ",\"signing\":\"v1a\"}"));
            assertThat(asymmetric.status()).isEqualTo(201);
        }
        Map<String, Subscription> before = written();
        int records = broker.records(Topics.SUBSCRIPTIONS).size();
        assertThat(secretsNotOfTheNewKey()).isEqualTo(before.size() + MANY / 2 + 1);
        try (RunningControl control = start(both)) {
            awaitAllNew();
            await().until(() -> says("every secret is sealed with the primary key"));
            assertThat(control.get("/metrics").body()).contains("fanfare_control_secrets_left 0");
            Map<String, Subscription> after = written();
            SecretSeal oldOrNew = KeysetFile.open(both);
            SecretSeal newOnly = KeysetFile.open(onlyNew);
            assertThat(after.keySet()).isEqualTo(before.keySet());
            for (Subscription each : after.values()) {
                Subscription was = before.get(each.key());
                assertThat(withoutSecrets(each)).isEqualTo(withoutSecrets(was));
                assertThat(each.secrets()).hasSameSizeAs(was.secrets());
                for (int i = 0; i < was.secrets().size(); i++) {
                    SealedSecret then = was.secrets().get(i);
                    SealedSecret now = each.secrets().get(i);
                    assertThat(now.createdAtMillis()).isEqualTo(then.createdAtMillis());
                    assertThat(now.expiresAtMillis()).isEqualTo(then.expiresAtMillis());
                    assertThat(now.publicKey()).isEqualTo(then.publicKey());
                    assertThat(newOnly.open(now, each.key())).isEqualTo(oldOrNew.open(then, each.key()));
                }
                if (each.auth() != null) {
                    assertThat(newOnly.open(each.auth().secret(), Purpose.CREDENTIAL, each.key()))
                            .isEqualTo(TOKEN);
                }
            }
            assertThat(broker.records(Topics.SUBSCRIPTIONS)).hasSize(records + after.size());
            assertThat(resealings()).hasSize(1);
            assertThat(resealings().get(0).counts()).containsEntry("subscriptions", (long) before.size());
            Answer got = control.get(SUBSCRIPTIONS + "/" + name(3));
            assertThat(control.put(SUBSCRIPTIONS + "/" + name(3), got.body(), "if-match", got.etag())
                            .etag())
                    .as("what is got may be put")
                    .isEqualTo(got.etag());
        }
    }

    @Test
    void aControlPlaneThatEndsInTheMiddleLosesNothingAndTheNextOneGoesOn() throws Exception {
        Producer<byte[], byte[]> dying;
        try (RunningControl control = start(both)) {
            await().until(() -> secretsNotOfTheNewKey() < secretsIn(written()));
            // killed between its record and the end of its transaction: what was begun stays open
            dying = KafkaConnection.to(broker.bootstrapServers())
                    .producer(
                            "dying",
                            Map.of(
                                    ProducerConfig.TRANSACTIONAL_ID_CONFIG,
                                    "fanfare-control-tables",
                                    ProducerConfig.TRANSACTION_TIMEOUT_CONFIG,
                                    600_000));
        }
        assertThat(secretsNotOfTheNewKey()).as("it ended in the middle").isPositive();
        try {
            dying.initTransactions();
            dying.beginTransaction();
            dying.send(new ProducerRecord<>(
                            Topics.SUBSCRIPTIONS,
                            0,
                            ("acme/" + name(MANY - 1)).getBytes(UTF_8),
                            written().get("acme/" + name(0)).toJson()))
                    .get();
            try (RunningControl next = start(both)) {
                awaitAllNew();
                assertThat(next.get(SUBSCRIPTIONS + "/" + name(MANY - 1)).status())
                        .isEqualTo(200);
            }
        } finally {
            dying.close(Duration.ZERO);
        }
        assertThatAllSecretsAreWhatTheyWere();
        assertThat(resealings()).as("one for each process that did some").hasSize(2);
    }

    @Test
    void whatIsChangedMeanwhileAtTwoInstancesIsNotUndone() throws Exception {
        Map<String, String> patient = Map.of("control.write-timeout", "20s");
        try (RunningControl first = new RunningControl(broker.bootstrapServers(), both, patient).start();
                RunningControl second = new RunningControl(broker.bootstrapServers(), both, patient).start()) {
            Map<String, String> described = new TreeMap<>();
            for (int round = 0; round < 3 || secretsNotOfTheNewKey() > 0; round++) {
                for (int i = 0; i < MANY; i += 7) {
                    String path = SUBSCRIPTIONS + "/" + name(i);
                    RunningControl instance = i % 2 == 0 ? first : second;
                    String words = "round " + round;
                    Answer changed = instance.patch(path, "{\"description\":\"" + words + "\"}");
                    assertThat(changed.status()).as(changed.body()).isEqualTo(200);
                    described.put("acme/" + name(i), words);
                }
            }
            Map<String, Subscription> after = written();
            described.forEach(
                    (key, words) -> assertThat(after.get(key).description()).isEqualTo(words));
        }
        assertThatAllSecretsAreWhatTheyWere();
    }

    @Test
    void anInstanceThatHasTheNewKeyAndDoesNotSealWithItYetUndoesNothing() throws Exception {
        Path added = folder.resolve("added.json");
        Path old = folder.resolve("keyset.json");
        KeysetKeys.add(old, added, settings(Map.of()));
        Path promoted = folder.resolve("promoted.json");
        KeysetKeys.promote(added, promoted, null, settings(Map.of()));
        SealingKeys keys = Keyset.of(settings(Map.of("secrets.keyset-file", promoted.toString())))
                .keys();
        try (RunningControl behind = start(added);
                RunningControl ahead = start(promoted)) {
            await().until(() -> written().values().stream()
                    .flatMap(ResealingIT::sealed)
                    .allMatch(secret -> keys.of(secret) == Sealer.PRIMARY));
            await().until(() -> says("every secret is sealed with the primary key"));
            assertThat(behind.get(SUBSCRIPTIONS + "/" + name(0)).status()).isEqualTo(200);
            Answer rotated = behind.post(SUBSCRIPTIONS + "/" + name(0) + "/rotate-secret", "{}");
            assertThat(rotated.status()).isEqualTo(200);
            await().until(() -> sealed(written().get("acme/" + name(0))).allMatch(s -> keys.of(s) == Sealer.PRIMARY));
            assertThat(ahead.get(SUBSCRIPTIONS + "/" + name(0)).status()).isEqualTo(200);
        }
    }

    private RunningControl start(Path keyset) {
        return new RunningControl(broker.bootstrapServers(), keyset, Map.of()).start();
    }

    private void awaitAllNew() {
        await().until(() -> secretsNotOfTheNewKey() == 0);
    }

    private void assertThatAllSecretsAreWhatTheyWere() throws Exception {
        SecretSeal newOnly = KeysetFile.open(onlyNew);
        Map<String, Subscription> after = written();
        for (Map.Entry<String, String> each : secrets.entrySet()) {
            assertThat(newOnly.open(after.get(each.getKey()).secrets().get(0), each.getKey())
                            .reveal())
                    .isEqualTo(each.getValue());
        }
    }

    /** What stands on the topic. */
    private Map<String, Subscription> written() throws Exception {
        Map<String, Subscription> rows = new TreeMap<>();
        for (ConsumerRecord<byte[], byte[]> record : broker.records(Topics.SUBSCRIPTIONS)) {
            rows.put(new String(record.key(), UTF_8), Subscription.fromJson(record.value()));
        }
        return rows;
    }

    private int secretsNotOfTheNewKey() throws Exception {
        SealingKeys keys = Keyset.of(settings(Map.of("secrets.keyset-file", onlyNew.toString())))
                .keys();
        return (int) written().values().stream()
                .flatMap(ResealingIT::sealed)
                .filter(secret -> keys.of(secret) != Sealer.PRIMARY)
                .count();
    }

    private static int secretsIn(Map<String, Subscription> rows) {
        return (int) rows.values().stream().flatMap(ResealingIT::sealed).count();
    }

    private static Stream<SealedSecret> sealed(Subscription subscription) {
        return Stream.concat(
                subscription.secrets().stream(),
                subscription.auth() == null
                        ? Stream.empty()
                        : Stream.of(subscription.auth().secret()));
    }

    private static Subscription withoutSecrets(Subscription subscription) {
        return subscription.toBuilder().secrets(List.of()).auth(null).build();
    }

    private List<AuditEntry> resealings() throws Exception {
        List<AuditEntry> found = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> record : broker.records(Topics.AUDIT)) {
            AuditEntry entry = AuditEntry.fromJson(record.value());
            if (entry.action().equals("secrets sealed anew")) {
                found.add(entry);
            }
        }
        return found;
    }

    private boolean says(String beginning) {
        return said.all().stream().anyMatch(line -> line.startsWith(beginning));
    }

    private static String name(int i) {
        return "sub-%03d".formatted(i);
    }

    private static SecretSettings settings(Map<String, String> values) {
        return Settings.load(null, Map.of(), values, List.of(SecretSettings.class))
                .section(SecretSettings.class);
    }
}

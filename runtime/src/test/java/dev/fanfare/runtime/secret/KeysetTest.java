package dev.fanfare.runtime.secret;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.fanfare.contract.problem.ProblemException;
import dev.fanfare.contract.signing.SecretSeal;
import dev.fanfare.contract.signing.WebhookSecret;
import dev.fanfare.contract.subscription.Subscription.SealedSecret;
import dev.fanfare.runtime.config.InvalidSettings;
import dev.fanfare.runtime.config.Settings;
import dev.fanfare.testkit.ClientKeys;
import dev.fanfare.testkit.StandInVault;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeysetTest {
    private static final String TOKEN = "s.the-token";
    private static final WebhookSecret SECRET = WebhookSecret.mint(new SecureRandom());

    @TempDir
    private Path folder;

    private final ListAppender<ILoggingEvent> said = new ListAppender<>();
    private final Logger log = (Logger) org.slf4j.LoggerFactory.getLogger(Keyset.class);
    private final StandInVault vault = StandInVault.start(TOKEN).key("fanfare").key("other");
    private long nowNanos;

    @BeforeEach
    void listen() {
        said.start();
        log.setAdditive(false);
        log.addAppender(said);
    }

    @AfterEach
    void leave() {
        log.detachAppender(said);
        log.setAdditive(true);
        vault.close();
    }

    private SecretSettings settings(String... pairs) {
        Map<String, String> values = new HashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            values.put("secrets." + pairs[i], pairs[i + 1]);
        }
        return Settings.load(null, Map.of(), values, List.of(SecretSettings.class))
                .section(SecretSettings.class);
    }

    private SecretSettings atVault(Path file) {
        return settings("keyset-file", file.toString(), "kms-key-uri", vault.uri("fanfare"), "kms-token", TOKEN);
    }

    private Path encrypted() throws Exception {
        Path file = folder.resolve("encrypted.json");
        KeysetFile.create(file, atVault(file));
        return file;
    }

    /** What passes while it rests is the test's. */
    private Keyset resting(SecretSettings settings, Consumer<Duration> rest) {
        return new Keyset(settings, () -> nowNanos, pause -> {
            nowNanos += pause.toNanos();
            rest.accept(pause);
        });
    }

    @Test
    void anEncryptedKeysetIsNotReadableAndIsOpenedByItsKms() throws Exception {
        Path file = encrypted();
        assertThat(Files.readString(file)).contains("encryptedKeyset").doesNotContain("\"key\"", "keyData");
        Keyset keyset = Keyset.of(atVault(file));
        keyset.awaitOpen();
        SealedSecret sealed = keyset.seal().seal(SECRET, "acme/orders", 1);

        Keyset another = Keyset.of(atVault(file));
        another.awaitOpen();
        assertThat(another.seal().open(sealed, "acme/orders")).isEqualTo(SECRET);
    }

    @Test
    void theKmsIsAskedOnceAndMayBeGoneAfterwards() throws Exception {
        Path file = encrypted();
        int before = vault.requests();
        Keyset keyset = Keyset.of(atVault(file));
        SecretSeal seal = keyset.seal();
        assertThat(vault.requests()).isEqualTo(before);
        keyset.awaitOpen();
        keyset.awaitOpen();
        assertThat(vault.requests()).isEqualTo(before + 1);
        vault.close();
        assertThat(seal.open(seal.seal(SECRET, "acme/orders", 1), "acme/orders"))
                .isEqualTo(SECRET);
    }

    @Test
    void untilItIsOpenNothingIsSealedAndThatIsAProblemThatPasses() throws Exception {
        Keyset keyset = Keyset.of(atVault(encrypted()));
        assertThat(keyset.isOpen()).isFalse();
        assertThatThrownBy(() -> keyset.seal().seal(SECRET, "acme/orders", 1))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        e -> assertThat(e.problem().status()).isEqualTo(503))
                .hasMessageContaining("the KMS has not answered");
        keyset.awaitOpen();
        assertThat(keyset.isOpen()).isTrue();
    }

    @Test
    void aKmsThatIsAwayIsWaitedForAndTheLogSaysSoNowAndThen() throws Exception {
        SecretSettings settings = atVault(encrypted());
        vault.seal(true);
        int[] rests = {0};
        Keyset keyset = resting(settings, pause -> {
            assertThat(pause).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(15));
            if (++rests[0] == 40) {
                vault.seal(false);
            }
        });
        keyset.awaitOpen();
        assertThat(keyset.isOpen()).isTrue();
        List<String> lines =
                said.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
        assertThat(lines.get(0))
                .isEqualTo("waiting for the KMS of the keyset waited=0ms setting=secrets.kms-key-uri uri="
                        + vault.uri("fanfare") + " because=it answers 503 (Vault is sealed)");
        assertThat(lines)
                .filteredOn(line -> line.startsWith("waiting for the KMS"))
                .hasSizeBetween(15, 25);
    }

    @Test
    void aKmsThatNobodyListensAtIsWaitedForToo() throws Exception {
        SecretSettings settings = atVault(encrypted());
        vault.close();
        Keyset keyset = resting(settings, pause -> Thread.currentThread().interrupt());
        assertThatThrownBy(keyset::awaitOpen)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("interrupted while waiting for the KMS");
        assertThat(Thread.interrupted()).isTrue();
        assertThat(said.list.get(0).getFormattedMessage())
                .contains("because=no answer from 127.0.0.1:" + vault.port(), vault.uri("fanfare"));
    }

    @Test
    void aKmsThatRefusesIsNotWaitedForAndTheErrorNamesSettingAndKeyAndWayOut() throws Exception {
        SecretSettings settings = atVault(encrypted());
        vault.token("s.another");
        assertThatThrownBy(() -> resting(settings, pause -> {}).awaitOpen())
                .isInstanceOf(InvalidSettings.class)
                .hasMessageContaining("secrets.kms-key-uri: " + vault.uri("fanfare"))
                .hasMessageContaining("it answers 403 (permission denied)")
                .hasMessageContaining("secrets.kms-token or secrets.kms-credentials-file")
                .hasMessageNotContaining(TOKEN);
        assertThat(nowNanos).isZero();
    }

    @Test
    void aCertificateThatIsNotTrustedIsNotWaitedFor() throws Exception {
        Path file = encrypted();
        try (StandInVault stranger = StandInVault.startWithTls(TOKEN, ClientKeys.make("vault", "EC", folder))) {
            assertThatThrownBy(() -> resting(
                                    settings(
                                            "keyset-file", file.toString(),
                                            "kms-key-uri", stranger.uri("fanfare"),
                                            "kms-token", TOKEN),
                                    pause -> {})
                            .awaitOpen())
                    .isInstanceOf(InvalidSettings.class)
                    .hasMessageContaining("secrets.kms-key-uri: " + stranger.uri("fanfare"));
        }
        assertThat(nowNanos).isZero();
    }

    @Test
    void anotherKeyOfTheSameKmsDoesNotOpenIt() throws Exception {
        Path file = encrypted();
        assertThatThrownBy(() -> Keyset.of(settings(
                                "keyset-file", file.toString(), "kms-key-uri", vault.uri("other"), "kms-token", TOKEN))
                        .awaitOpen())
                .isInstanceOf(InvalidSettings.class)
                .hasMessageContaining("name the key that it was encrypted with");
    }

    @Test
    void theTokenIsReadAnewAtEachTry() throws Exception {
        Path file = encrypted();
        Path token = Files.writeString(folder.resolve("token"), "s.not-yet");
        vault.seal(true);
        SecretSettings settings = settings(
                "keyset-file", file.toString(),
                "kms-key-uri", vault.uri("fanfare"),
                "kms-credentials-file", token.toString());
        Keyset keyset = resting(settings, pause -> {
            vault.seal(false);
            write(token, TOKEN + "\n");
        });
        keyset.awaitOpen();
        assertThat(keyset.isOpen()).isTrue();
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void aKeysetMayStandInTheEnvironmentInClearAndEncrypted() throws Exception {
        Path clear = folder.resolve("clear.json");
        KeysetFile.create(clear);
        SealedSecret sealed = KeysetFile.open(clear).seal(SECRET, "acme/orders", 1);
        Settings loaded = Settings.load(
                null,
                Map.of("FANFARE_SECRETS_KEYSET", Files.readString(clear)),
                Map.of(),
                List.of(SecretSettings.class));
        assertThat(loaded.effective()).containsEntry("secrets.keyset", "[hidden]");
        Keyset keyset = Keyset.of(loaded.section(SecretSettings.class));
        assertThat(keyset.isOpen()).isTrue();
        assertThat(keyset.seal().open(sealed, "acme/orders")).isEqualTo(SECRET);

        Path file = folder.resolve("clear-encrypted.json");
        KeysetFile.encrypt(clear, file, atVault(clear));
        Keyset opened = Keyset.of(
                settings("keyset", Files.readString(file), "kms-key-uri", vault.uri("fanfare"), "kms-token", TOKEN));
        opened.awaitOpen();
        assertThat(opened.seal().open(sealed, "acme/orders")).isEqualTo(SECRET);
    }

    @Test
    void aKeysetThatIsEncryptedAnewOpensTheSameSecretsAndUsesTheNewestVersion() throws Exception {
        Path file = encrypted();
        Keyset keyset = Keyset.of(atVault(file));
        keyset.awaitOpen();
        SealedSecret sealed = keyset.seal().seal(SECRET, "acme/orders", 1);
        vault.key("fanfare");
        Path anew = folder.resolve("anew.json");
        KeysetFile.encrypt(file, anew, atVault(file));
        assertThat(Files.readString(anew)).isNotEqualTo(Files.readString(file));
        Keyset again = Keyset.of(atVault(anew));
        again.awaitOpen();
        assertThat(again.seal().open(sealed, "acme/orders")).isEqualTo(SECRET);
        assertThatThrownBy(() -> KeysetFile.encrypt(file, anew, atVault(file)))
                .isInstanceOf(FileAlreadyExistsException.class);
    }

    @Test
    void aKmsThatIsAwayLeavesNoFileBehind() {
        vault.seal(true);
        Path file = folder.resolve("none.json");
        assertThatThrownBy(() -> KeysetFile.create(file, atVault(file)))
                .isInstanceOf(KmsAway.class)
                .hasMessageContaining("Vault is sealed");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void aClientOfTinksThatIsOnTheClassPathServesItsOwnUris() throws Exception {
        Path file = folder.resolve("other.json");
        SecretSettings settings = settings("keyset-file", file.toString(), "kms-key-uri", OtherKms.URI);
        KeysetFile.create(file, settings);
        OtherKms.unreachable = 2;
        int[] rests = {0};
        Keyset keyset = resting(settings, pause -> rests[0]++);
        keyset.awaitOpen();
        assertThat(rests[0]).isEqualTo(2);
        assertThat(keyset.isOpen()).isTrue();

        Path bad = Files.writeString(folder.resolve("bad"), "");
        assertThatThrownBy(() -> Keyset.of(settings(
                                "keyset-file", file.toString(),
                                "kms-key-uri", OtherKms.URI,
                                "kms-credentials-file", bad.toString()))
                        .awaitOpen())
                .isInstanceOf(InvalidSettings.class)
                .hasMessageContaining("AccessDenied");
    }

    @Test
    void settingsThatDoNotFitTogetherAreToldByName() throws Exception {
        Path file = encrypted();
        Path clear = folder.resolve("clear.json");
        KeysetFile.create(clear);
        String there = vault.uri("fanfare");
        assertRefused("is encrypted: name the key", "keyset-file", file.toString());
        assertRefused(
                "is not encrypted, and secrets.kms-key-uri says",
                "keyset-file",
                clear.toString(),
                "kms-key-uri",
                there);
        assertRefused("leave one of them out", "keyset-file", file.toString(), "keyset", "{}");
        assertRefused("secrets.keyset: what it holds is not a readable Tink keyset", "keyset", "{}");
        assertRefused("secrets.kms-token: is of no use without", "keyset-file", clear.toString(), "kms-token", "x");
        assertRefused("secrets.kms-ca: /nowhere is not a file", "kms-key-uri", there, "kms-ca", "/nowhere");
        assertRefused(
                "secrets.kms-credentials-file: /nowhere is not a file",
                "kms-key-uri",
                there,
                "kms-credentials-file",
                "/nowhere");
        assertRefused(
                "secrets.kms-token: is of no use with",
                "kms-key-uri",
                there,
                "kms-token",
                "x",
                "kms-credentials-file",
                file.toString());
        assertRefused("names no key: write it as", "kms-key-uri", "hcvault://vault");
        assertRefused(
                "there is no client for aws-kms://arn:aws:kms:eu-west-1:1:key/1 here",
                "kms-key-uri",
                "aws-kms://arn:aws:kms:eu-west-1:1:key/1");
        assertRefused(
                "secrets.kms-ca: is for keys at hcvault:// alone", "kms-key-uri", "gcp-kms://x", "kms-ca", "/nowhere");
    }

    private void assertRefused(String why, String... pairs) {
        assertThatThrownBy(() -> Keyset.of(settings(pairs)))
                .isInstanceOf(InvalidSettings.class)
                .hasMessageContaining(why);
    }
}

package dev.fanfare.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.contract.Json;
import dev.fanfare.testkit.StandInVault;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FanfareCommandTest {
    @TempDir
    Path home;

    TestShell shell;

    @BeforeEach
    void openShell() {
        shell = new TestShell(home);
    }

    @Test
    void withoutArgumentsItTeaches() {
        assertThat(shell.run()).isZero();
        assertThat(shell.out())
                .contains("Usage: fanfare COMMAND")
                .containsSubsequence("Try it", "listen", "events", "Operate", "subscriptions", "topics", "Run one role")
                .contains("ingest", "router", "dispatcher", "retry", "control");
    }

    @Test
    void helpOfACommandNamesItsExitCodes() {
        assertThat(shell.run("events", "send", "--help")).isZero();
        assertThat(shell.out()).contains("FILE", "--in-flight", "Exit codes:");
    }

    @Test
    void theVersionIsThatOfTheBuild() {
        assertThat(shell.run("--version")).isZero();
        assertThat(shell.out()).matches("fanfare \\d+\\.\\d+\\.\\d+\\S*\\R");
    }

    @Test
    void aMisspeltCommandGetsASuggestionAndExitCode2() {
        assertThat(shell.run("evnts")).isEqualTo(2);
        assertThat(shell.err()).contains("Did you mean 'events'?").doesNotContain("Exception");
    }

    @Test
    void aMisspeltOptionGetsASuggestionAndExitCode2() {
        assertThat(shell.run("events", "send", "-", "--in-fligt=3")).isEqualTo(2);
        assertThat(shell.err()).contains("Did you mean '--in-flight'?");
    }

    @Test
    void wrongSettingsAreToldAllAtOnceWithExitCode2() {
        assertThat(shell.run("topics", "plan", "--set", "topics.retry-tier=1s", "--set", "http.prot=1"))
                .isEqualTo(2);
        assertThat(shell.err())
                .contains("topics.retry-tier", "'topics.retry-tiers'", "http.prot", "'http.port'")
                .doesNotContain("\tat ");
    }

    @Test
    void withoutAClusterItSaysHowToNameOne() {
        assertThat(shell.run("topics", "check")).isEqualTo(2);
        assertThat(shell.err()).contains("--bootstrap-servers", "FANFARE_KAFKA_BOOTSTRAP_SERVERS", "./fanfare dev");
    }

    @Test
    void withoutFanfareItSaysHowToStartIt() {
        assertThat(shell.run("subscriptions", "list", "--api-url", "http://127.0.0.1:1"))
                .isEqualTo(1);
        assertThat(shell.err())
                .isEqualToIgnoringNewLines(
                        "fanfare: nothing answers at http://127.0.0.1:1: start './fanfare dev', or say"
                                + " where Fanfare is with --api-url");
    }

    @Test
    void aStackTraceIsShownOnlyWhenAskedFor() {
        assertThat(shell.run("subscriptions", "list", "--api-url", "http://127.0.0.1:1", "--debug"))
                .isEqualTo(1);
        assertThat(shell.err()).contains("\tat ");
    }

    @Test
    void theTopicPlanShowsEveryTier() {
        assertThat(shell.run("topics", "plan", "--set", "topics.retry-tiers=2s,5s"))
                .isZero();
        assertThat(shell.out()).contains("fanfare.retry.2s", "fanfare.retry.5s").doesNotContain("fanfare.retry.1m");
    }

    @Test
    void aPlanForARateSaysWhatToSet() {
        assertThat(shell.run("topics", "plan", "--rate=20000/s", "--fan-out=3")).isZero();
        assertThat(shell.out())
                .contains("60,000 deliveries/s", "topics.event-partitions: 6", "topics.delivery-partitions: 30");
        assertThat(shell.run("topics", "plan", "--rate=fast")).isEqualTo(2);
        assertThat(shell.err()).contains("'fast' is no rate such as 100/s");
    }

    @Test
    void completionAndManualPagesKnowEveryCommand() throws Exception {
        assertThat(shell.run("completion")).isZero();
        assertThat(shell.out()).contains("complete", "picocli_fanfare_dlq_replay", "--rate");
        assertThat(shell.run("man", "--to", home.toString())).isZero();
        String page = Files.readString(home.resolve("fanfare-dlq-replay.1"));
        assertThat(page).startsWith(".TH \"FANFARE-DLQ-REPLAY\" 1").contains("\\-\\-rate=N/s", ".SH EXIT STATUS");
        assertThat(home.resolve("fanfare.1")).exists();
        assertThat(shell.run("man", "nothing")).isEqualTo(2);
    }

    @Test
    void aKeysetIsWrittenOnceAndNeverOverwritten() throws Exception {
        Path file = home.resolve("keyset.json");
        assertThat(shell.run("keyset", "create", file.toString())).isZero();
        String written = Files.readString(file);

        assertThat(shell.run("keyset", "create", file.toString())).isEqualTo(1);
        assertThat(shell.err()).contains("is there already");
        assertThat(file).hasContent(written);
        assertThat(shell.out()).doesNotContain("\"key\"");
    }

    @Test
    void aKeysetIsMadeAndEncryptedWithAKeyAtAKms() throws Exception {
        try (StandInVault vault = StandInVault.start("s.token").key("fanfare")) {
            Path file = home.resolve("keyset.json");
            shell.variable("FANFARE_SECRETS_KMS_TOKEN", "s.token");
            assertThat(shell.run("keyset", "create", file.toString(), "--kms-key-uri", vault.uri("fanfare")))
                    .as(shell.err())
                    .isZero();
            assertThat(Files.readString(file)).contains("encryptedKeyset").doesNotContain("keyData");
            assertThat(shell.out()).contains("encrypted", "secrets.kms-key-uri: " + vault.uri("fanfare"));

            Path anew = home.resolve("anew.json");
            shell.variable("FANFARE_SECRETS_KMS_KEY_URI", vault.uri("fanfare"));
            assertThat(shell.run("keyset", "encrypt", file.toString(), anew.toString()))
                    .as(shell.err())
                    .isZero();
            assertThat(Files.readString(anew)).contains("encryptedKeyset").isNotEqualTo(Files.readString(file));
            assertThat(shell.run("keyset", "encrypt", file.toString(), anew.toString()))
                    .isEqualTo(1);
            assertThat(shell.err()).contains("is there already");

            vault.seal(true);
            assertThat(shell.run("keyset", "create", home.resolve("none.json").toString()))
                    .isEqualTo(1);
            assertThat(shell.err()).contains("can't be asked now, and nothing was written", "Vault is sealed");
        }
    }

    @Test
    void encryptingAKeysetNeedsAKey() {
        assertThat(shell.run("keyset", "create", home.resolve("keyset.json").toString()))
                .isZero();
        assertThat(shell.run(
                        "keyset",
                        "encrypt",
                        home.resolve("keyset.json").toString(),
                        home.resolve("anew.json").toString()))
                .isNotZero();
        assertThat(shell.err()).contains("secrets.kms-key-uri: is required");
    }

    @Test
    void theKeysOfAKeysetAreRotatedStepByStepAndShownByTheirIdsAlone() throws Exception {
        Path file = home.resolve("keyset.json");
        assertThat(shell.run("keyset", "create", file.toString())).isZero();
        assertThat(shell.run("keyset", "add-key", file.toString()))
                .as(shell.err())
                .isZero();
        List<String> ids = keys(file);
        assertThat(ids).hasSize(2);
        assertThat(shell.out()).contains("Added key " + ids.get(1), "does not seal yet", "fanfare keyset promote");

        Path promoted = home.resolve("promoted.json");
        assertThat(shell.run("keyset", "promote", file.toString(), promoted.toString()))
                .as(shell.err())
                .isZero();
        assertThat(shell.run("keyset", "list", promoted.toString())).isZero();
        assertThat(shell.out().lines().filter(line -> line.startsWith(ids.get(1))))
                .last()
                .asString()
                .contains("primary");
        Path alone = home.resolve("alone.json");
        assertThat(shell.run("keyset", "remove-key", promoted.toString(), alone.toString(), "--key=" + ids.get(1)))
                .isEqualTo(1);
        assertThat(shell.err()).contains("is the primary one, which seals");
        assertThat(shell.run("keyset", "remove-key", promoted.toString(), promoted.toString(), "--key=" + ids.get(0)))
                .isEqualTo(1);
        assertThat(shell.err()).contains("is there already");
        assertThat(shell.run("keyset", "remove-key", promoted.toString(), alone.toString(), "--key=" + ids.get(0)))
                .as(shell.err())
                .isZero();
        assertThat(keys(alone)).containsExactly(ids.get(1));
        assertThat(keys(promoted)).isEqualTo(ids);
        assertThat(shell.out()).doesNotContain("value", "keyData");
    }

    /** Their ids, as the file has them. */
    private static List<String> keys(Path file) throws Exception {
        List<String> ids = new ArrayList<>();
        Json.TOPIC
                .readTree(file.toFile())
                .path("key")
                .forEach(key -> ids.add(key.path("keyId").asText()));
        return ids;
    }
}

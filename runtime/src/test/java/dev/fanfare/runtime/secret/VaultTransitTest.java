package dev.fanfare.runtime.secret;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.crypto.tink.Aead;
import dev.fanfare.testkit.ClientKeys;
import dev.fanfare.testkit.StandInVault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VaultTransitTest {
    private static final byte[] PLAIN = "a keyset".getBytes(UTF_8);
    private static final byte[] NOTHING = {};

    @TempDir
    private Path folder;

    private final StandInVault vault =
            StandInVault.start("s.good").key("fanfare").key("other");

    @AfterEach
    void close() {
        vault.close();
    }

    private Aead key(String name) throws GeneralSecurityException {
        return new VaultTransit("s.good", null).getAead(vault.uri(name));
    }

    @Test
    void whatItEncryptsItDecryptsWithTheSameKeyAndAssociatedDataOnly() throws Exception {
        byte[] sealed = key("fanfare").encrypt(PLAIN, "for acme".getBytes(UTF_8));
        assertThat(new String(sealed, UTF_8)).startsWith("vault:v1:").doesNotContain("a keyset");
        assertThat(key("fanfare").decrypt(sealed, "for acme".getBytes(UTF_8))).isEqualTo(PLAIN);
        assertRefused(() -> key("fanfare").decrypt(sealed, "for other".getBytes(UTF_8)), "authentication failed");
        assertRefused(() -> key("fanfare").decrypt(sealed, NOTHING), "authentication failed");
        assertRefused(() -> key("other").decrypt(sealed, "for acme".getBytes(UTF_8)), "authentication failed");
        assertRefused(() -> key("absent").decrypt(sealed, NOTHING), "encryption key not found");
    }

    @Test
    void whatAnOlderVersionOfTheKeyEncryptedIsDecryptedStill() throws Exception {
        byte[] sealed = key("fanfare").encrypt(PLAIN, NOTHING);
        vault.key("fanfare");
        assertThat(key("fanfare").decrypt(sealed, NOTHING)).isEqualTo(PLAIN);
        assertThat(new String(key("fanfare").encrypt(PLAIN, NOTHING), UTF_8)).startsWith("vault:v2:");
    }

    @Test
    void aTokenThatMayNotIsRefusedAndNotShown() {
        for (VaultTransit client : new VaultTransit[] {new VaultTransit("s.bad", null), new VaultTransit(null, null)}) {
            assertRefused(
                    () -> client.getAead(vault.uri("fanfare")).encrypt(PLAIN, NOTHING),
                    "it answers 403 (permission denied)");
        }
        assertThatThrownBy(() -> new VaultTransit("s.\nbad", null)
                        .getAead(vault.uri("fanfare"))
                        .encrypt(PLAIN, NOTHING))
                .isInstanceOf(GeneralSecurityException.class)
                .hasMessage("the token has characters that no token has")
                .hasNoCause();
    }

    @Test
    void theTokenMayStandInAFile() throws Exception {
        Path file = Files.writeString(folder.resolve("token"), "s.good\n");
        Aead key = new VaultTransit(null, null).withCredentials(file.toString()).getAead(vault.uri("fanfare"));
        assertThat(key.decrypt(key.encrypt(PLAIN, NOTHING), NOTHING)).isEqualTo(PLAIN);
        Files.writeString(file, " \n");
        assertThatThrownBy(() -> new VaultTransit(null, null).withCredentials(file.toString()))
                .hasMessageContaining("there is no token in " + file);
    }

    @Test
    void aSealedOneAndOneThatIsGoneMayComeBack() throws Exception {
        vault.seal(true);
        assertThatThrownBy(() -> key("fanfare").encrypt(PLAIN, NOTHING))
                .hasMessage("it answers 503 (Vault is sealed)")
                .hasCauseInstanceOf(IOException.class);
        vault.close();
        assertThatThrownBy(() -> key("fanfare").encrypt(PLAIN, NOTHING))
                .hasMessageContaining("no answer from 127.0.0.1:" + vault.port())
                .hasCauseInstanceOf(IOException.class);
    }

    @Test
    void overTlsItsCertificateMustBeOfTheAuthoritiesThatWereNamed() throws Exception {
        ClientKeys known = ClientKeys.make("vault", "EC", folder);
        Path ca = Files.writeString(folder.resolve("ca.pem"), known.certificatePem());
        Path otherCa = Files.writeString(
                folder.resolve("other.pem"),
                ClientKeys.make("other", "EC", folder).certificatePem());
        try (StandInVault secured = StandInVault.startWithTls("s.good", known).key("fanfare")) {
            Aead key = new VaultTransit("s.good", ca).getAead(secured.uri("fanfare"));
            assertThat(key.decrypt(key.encrypt(PLAIN, NOTHING), NOTHING)).isEqualTo(PLAIN);
            for (Path stranger : new Path[] {otherCa, null}) {
                assertThatThrownBy(() -> new VaultTransit("s.good", stranger)
                                .getAead(secured.uri("fanfare"))
                                .encrypt(PLAIN, NOTHING))
                        .hasMessageContaining("SSLHandshakeException");
            }
        }
        Path none = Files.writeString(folder.resolve("none.pem"), "nonsense");
        assertThatThrownBy(() -> new VaultTransit("s.good", none).getAead(vault.uri("fanfare")))
                .hasMessageContaining(none + " has no certificates in PEM");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hcvault:",
                "hcvault://",
                "hcvault://vault",
                "hcvault:///transit/keys/fanfare",
                "hcvault://vault:8200/transit/fanfare",
                "hcvault://vault:8200/keys/fanfare",
                "hcvault://vault:8200//keys/fanfare",
                "hcvault://vault:8200/transit/keys/",
                "hcvault://vault:8200/transit/keys/a/b",
                "hcvault://vault:8200/transit/keys/a?b",
                "hcvault://user@vault:8200/transit/keys/a",
                "hcvault://vault:8200/transit/keys/a b"
            })
    void aUriThatNamesNoKeyIsRefused(String uri) {
        assertThatThrownBy(() -> VaultTransit.check(uri))
                .isInstanceOf(GeneralSecurityException.class)
                .hasMessageContaining("write it as hcvault://HOST:PORT/MOUNT/keys/NAME");
    }

    private interface Call {
        void run() throws GeneralSecurityException;
    }

    private static void assertRefused(Call call, String why) {
        assertThatThrownBy(call::run)
                .isInstanceOf(GeneralSecurityException.class)
                .hasMessageContaining(why)
                .hasNoCause();
    }
}

package dev.fanfare.runtime.secret;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.contract.signing.WebhookSecret;
import dev.fanfare.contract.subscription.Subscription.SealedSecret;
import dev.fanfare.runtime.config.InvalidSettings;
import dev.fanfare.runtime.config.Settings;
import dev.fanfare.runtime.secret.KeysetKeys.Key;
import dev.fanfare.runtime.secret.SealingKeys.Sealer;
import dev.fanfare.testkit.StandInVault;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeysetKeysTest {
    private static final WebhookSecret SECRET = WebhookSecret.mint(new SecureRandom());
    private static final String SUBSCRIPTION = "acme/orders";

    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void make() throws Exception {
        file = folder.resolve("keys.json");
        KeysetFile.create(file);
    }

    @Test
    void anAddedKeyOpensAndDoesNotSealUntilItIsPromoted() throws Exception {
        Keyset first = Keyset.of(settings(file));
        String old = first.keys().primaryId();
        String added = KeysetKeys.add(file, file, settings());
        assertThat(KeysetKeys.list(file, settings()))
                .containsExactly(new Key(old, "AesGcm", true, true), new Key(added, "AesGcm", false, true));
        Keyset second = Keyset.of(settings(file));
        assertThat(second.keys().primaryId()).isEqualTo(old);
        assertThat(first.seal().open(seal(second), SUBSCRIPTION)).isEqualTo(SECRET);

        Path promoted = folder.resolve("promoted.json");
        assertThat(KeysetKeys.promote(file, promoted, null, settings())).isEqualTo(added);
        Keyset third = Keyset.of(settings(promoted));
        assertThat(third.keys().primaryId()).isEqualTo(added);
        assertThat(second.seal().open(seal(third), SUBSCRIPTION))
                .as("who has both opens it")
                .isEqualTo(SECRET);
        assertThat(third.seal().open(seal(first), SUBSCRIPTION)).isEqualTo(SECRET);

        Path alone = folder.resolve("alone.json");
        KeysetKeys.remove(promoted, alone, old, settings());
        Keyset last = Keyset.of(settings(alone));
        assertThat(last.seal().open(seal(third), SUBSCRIPTION)).isEqualTo(SECRET);
        assertThatThrownBy(() -> last.seal().open(seal(first), SUBSCRIPTION))
                .isInstanceOf(GeneralSecurityException.class);
    }

    @Test
    void whatSealedASecretIsToldByTheOrderOfTheKeys() throws Exception {
        SealedSecret byOld = seal(Keyset.of(settings(file)));
        KeysetKeys.add(file, file, settings());
        SealingKeys before = Keyset.of(settings(file)).keys();
        Path promoted = folder.resolve("promoted.json");
        KeysetKeys.promote(file, promoted, null, settings());
        SealedSecret byNew = seal(Keyset.of(settings(promoted)));
        SealingKeys after = Keyset.of(settings(promoted)).keys();
        assertThat(before.of(byOld)).isEqualTo(Sealer.PRIMARY);
        assertThat(before.of(byNew)).isEqualTo(Sealer.NEWER);
        assertThat(after.of(byOld)).isEqualTo(Sealer.OLDER);
        assertThat(after.of(byNew)).isEqualTo(Sealer.PRIMARY);
        Path other = folder.resolve("other.json");
        KeysetFile.create(other);
        assertThat(after.of(seal(Keyset.of(settings(other))))).isEqualTo(Sealer.UNKNOWN);
        assertThat(after.of(new SealedSecret("not Base64!", 1))).isEqualTo(Sealer.UNKNOWN);
        assertThat(after.of(new SealedSecret("", 1))).isEqualTo(Sealer.UNKNOWN);
    }

    @Test
    void whatCanNotBeIsRefusedByNameAndTheFileStaysAsItWas() throws Exception {
        String only = Keyset.of(settings(file)).keys().primaryId();
        String before = Files.readString(file);
        assertThatThrownBy(() -> KeysetKeys.promote(file, file, null, settings()))
                .hasMessageContaining(only + " of " + file + " is the primary one already")
                .hasMessageContaining("fanfare keyset add-key");
        assertThatThrownBy(() -> KeysetKeys.promote(file, file, "17", settings()))
                .hasMessage("there is no key '17' in " + file + ", only " + only);
        assertThatThrownBy(() -> KeysetKeys.remove(file, file, only, settings()))
                .hasMessageContaining("is the primary one, which seals");
        assertThatThrownBy(() -> KeysetKeys.add(folder.resolve("none.json"), file, settings()))
                .isInstanceOf(InvalidSettings.class)
                .hasMessageContaining("none.json does not exist");
        Path taken = Files.writeString(folder.resolve("taken.json"), "mine");
        assertThatThrownBy(() -> KeysetKeys.add(file, taken, settings()))
                .isInstanceOf(FileAlreadyExistsException.class);
        assertThat(taken).hasContent("mine");
        assertThat(Files.readString(file)).isEqualTo(before);

        KeysetKeys.promote(file, addTo(file), null, settings());
        assertThatThrownBy(() -> KeysetKeys.promote(file, file, only, settings()))
                .hasMessageContaining("is older than the primary one")
                .hasMessageContaining("add another key");
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactlyInAnyOrder(file, taken);
        }
    }

    private Path addTo(Path keyset) throws Exception {
        KeysetKeys.add(keyset, keyset, settings());
        return keyset;
    }

    @Test
    void aFileIsReplacedByOneThatNoMoreMayReadAndALinkStaysOne() throws Exception {
        Path link = Files.createSymbolicLink(folder.resolve("link"), file);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        KeysetKeys.add(link, link, settings());
        assertThat(link).isSymbolicLink();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-r-----");
        assertThat(KeysetKeys.list(file, settings())).hasSize(2);
        Path another = folder.resolve("another.json");
        KeysetKeys.add(file, another, settings());
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(another)))
                .isEqualTo("rw-------");
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactlyInAnyOrder(file, link, another);
        }
    }

    @Test
    void anEncryptedKeysetStaysEncryptedAndIsLeftAloneWhileItsKmsIsAway() throws Exception {
        try (StandInVault vault = StandInVault.start("s.token").key("fanfare")) {
            SecretSettings kms = settings("kms-key-uri", vault.uri("fanfare"), "kms-token", "s.token");
            Path encrypted = folder.resolve("encrypted.json");
            KeysetFile.encrypt(file, encrypted, kms);
            assertThatThrownBy(() -> KeysetKeys.add(encrypted, encrypted, settings()))
                    .hasMessageContaining("is encrypted");
            assertThatThrownBy(() -> KeysetKeys.add(file, file, kms)).hasMessageContaining("is not encrypted");
            String added = KeysetKeys.add(encrypted, encrypted, kms);
            assertThat(Files.readString(encrypted)).contains("encryptedKeyset").doesNotContain("keyData");
            assertThat(KeysetKeys.list(encrypted, kms)).extracting(Key::id).contains(added);
            String before = Files.readString(encrypted);
            vault.seal(true);
            assertThatThrownBy(() -> KeysetKeys.promote(encrypted, encrypted, null, kms))
                    .isInstanceOf(KmsAway.class);
            assertThat(Files.readString(encrypted)).isEqualTo(before);
        }
    }

    private static SealedSecret seal(Keyset keyset) {
        return keyset.seal().seal(SECRET, SUBSCRIPTION, 1);
    }

    private static SecretSettings settings(Path keyset) {
        return settings("keyset-file", keyset.toString());
    }

    private static SecretSettings settings(String... pairs) {
        Map<String, String> values = new HashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            values.put("secrets." + pairs[i], pairs[i + 1]);
        }
        return Settings.load(null, Map.of(), values, List.of(SecretSettings.class))
                .section(SecretSettings.class);
    }
}

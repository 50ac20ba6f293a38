package dev.fanfare.runtime.secret;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.contract.signing.WebhookSecret;
import dev.fanfare.contract.subscription.Subscription.SealedSecret;
import dev.fanfare.runtime.config.InvalidSettings;
import dev.fanfare.runtime.config.Settings;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeysetFileTest {
    @TempDir
    private Path folder;

    @Test
    void whatOneOpeningSealsAnotherOpens() throws Exception {
        Path file = folder.resolve("new/keys.json");
        KeysetFile.create(file);
        WebhookSecret secret = WebhookSecret.mint(new SecureRandom());
        SealedSecret sealed = KeysetFile.open(file).seal(secret, "acme/orders", 1);
        assertThat(Keyset.of(settings(file)).seal().open(sealed, "acme/orders")).isEqualTo(secret);
    }

    @Test
    void itIsReadableByItsOwnerAloneAndNothingIsLeftBeside() throws IOException {
        Path file = folder.resolve("keys.json");
        KeysetFile.create(file);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void aKeysetThatIsThereIsNeverOverwritten() throws IOException {
        Path file = folder.resolve("keys.json");
        KeysetFile.create(file);
        String before = Files.readString(file);
        assertThatThrownBy(() -> KeysetFile.create(file)).isInstanceOf(FileAlreadyExistsException.class);
        Path link = Files.createSymbolicLink(folder.resolve("link"), folder.resolve("nowhere"));
        assertThatThrownBy(() -> KeysetFile.create(link)).isInstanceOf(FileAlreadyExistsException.class);
        assertThat(Files.readString(file)).isEqualTo(before);
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactlyInAnyOrder(file, link);
        }
    }

    @Test
    void twoKeysetsAreNotAlike() throws IOException {
        KeysetFile.create(folder.resolve("a"));
        KeysetFile.create(folder.resolve("b"));
        assertThat(Files.readString(folder.resolve("a"))).isNotEqualTo(Files.readString(folder.resolve("b")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "{}", "not JSON", "{\"primaryKeyId\":1,\"key\":[]}", "{\"primaryKeyId\":1,\"key\":[{}]}"})
    void aFileThatIsNoKeysetIsNamed(String text) throws IOException {
        Path file = Files.writeString(folder.resolve("keys.json"), text);
        assertThatThrownBy(() -> KeysetFile.open(file))
                .isInstanceOf(InvalidSettings.class)
                .hasMessageContaining("secrets.keyset-file: " + file);
    }

    @Test
    void aFileThatIsNotThereIsNamed() {
        assertThatThrownBy(() -> KeysetFile.open(folder.resolve("absent")))
                .isInstanceOf(InvalidSettings.class)
                .hasMessageContaining("does not exist");
        assertThatThrownBy(() -> KeysetFile.open(folder)).isInstanceOf(InvalidSettings.class);
    }

    @Test
    void withoutAFileTheWayOutIsNamed() {
        assertThatThrownBy(() -> Keyset.of(settings(null)))
                .isInstanceOf(InvalidSettings.class)
                .hasMessageContaining("fanfare keyset create");
    }

    private static SecretSettings settings(Path file) {
        Map<String, String> values = file == null ? Map.of() : Map.of("secrets.keyset-file", file.toString());
        return Settings.load(null, Map.of(), values, List.of(SecretSettings.class))
                .section(SecretSettings.class);
    }
}

package dev.fanfare.runtime.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateFolderTest {
    @TempDir
    Path folder;

    @Test
    void whatTheSettingsNameIsTaken() {
        Path named = folder.resolve("named");
        assertThat(choose(Optional.of(named), Map.of("XDG_STATE_HOME", folder.toString()), folder.toString()))
                .isEqualTo(named);
    }

    @Test
    void withoutASettingItIsTheUsersFolderForStateWhichOutlastsARestart() {
        assertThat(choose(Optional.empty(), Map.of(), folder.toString()))
                .isEqualTo(folder.resolve(".local/state/fanfare/control"));
        assertThat(choose(
                        Optional.empty(),
                        Map.of("XDG_STATE_HOME", folder.resolve("state").toString()),
                        folder.resolve("home").toString()))
                .isEqualTo(folder.resolve("state/fanfare/control"));
        assertThat(choose(Optional.empty(), Map.of("XDG_STATE_HOME", "state"), folder.toString()))
                .as("a relative path is passed over")
                .isEqualTo(folder.resolve(".local/state/fanfare/control"));
    }

    @Test
    void whereTheUserHasNoFolderThatCanBeWrittenItIsTheTemporaryOne() throws Exception {
        Path file = Files.createFile(folder.resolve("file"));
        for (String home : new String[] {"", "?", file.toString()}) {
            assertThat(choose(Optional.empty(), Map.of(), home)).isEqualTo(folder.resolve("tmp/fanfare-control"));
        }
        assertThat(choose(Optional.empty(), Map.of("XDG_STATE_HOME", file.toString()), folder.toString()))
                .isEqualTo(folder.resolve("tmp/fanfare-control"));
    }

    @Test
    void toLookForAFolderMakesNone() throws Exception {
        choose(Optional.empty(), Map.of(), folder.toString());
        assertThat(folder).isEmptyDirectory();
    }

    private Path choose(Optional<Path> setting, Map<String, String> environment, String home) {
        return StateFolder.choose("control", setting, environment, home, folder.resolve("tmp"));
    }
}

package dev.fanfare.torture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LostFileTest {
    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void write() throws Exception {
        file = Files.writeString(folder.resolve("keyset.json"), "all of it.");
    }

    @Test
    void itIsGoneOrCutInHalfAndThenThereAgain() {
        LostFile lost = new LostFile(file);

        assertThat(lost.loseFor(Duration.ZERO, true, () -> assertThat(file).doesNotExist()))
                .isEqualTo(", started while keyset.json was gone");
        assertThat(file).hasContent("all of it.");
        assertThat(lost.loseFor(Duration.ZERO, false, () -> assertThat(file).hasContent("all o")))
                .isEqualTo(", started while keyset.json was cut in half");
        assertThat(file).hasContent("all of it.");
    }

    @Test
    void itIsThereAgainWhateverHappensMeanwhile() {
        assertThatThrownBy(() -> new LostFile(file).loseFor(Duration.ZERO, true, () -> {
                    throw new IllegalStateException("no process can be started");
                }))
                .isInstanceOf(IllegalStateException.class);
        assertThat(file).hasContent("all of it.");
    }
}

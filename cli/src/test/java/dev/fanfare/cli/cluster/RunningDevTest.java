package dev.fanfare.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.cli.TestShell;
import dev.fanfare.cli.shell.CommandFailure;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunningDevTest {
    private static final long THIS_PROCESS = ProcessHandle.current().pid();

    @TempDir
    Path home;

    private static RunningDev dev(long pid) {
        return new RunningDev(pid, "http://127.0.0.1:8081", "127.0.0.1:9093", "/d", Map.of("topics.retry-tiers", "2s"));
    }

    @Test
    void whatAnnouncesItselfIsFound() {
        TestShell shell = new TestShell(home);
        assertThat(RunningDev.only(shell.shell(), "--x")).isNull();

        dev(THIS_PROCESS).announce(shell.shell());

        assertThat(RunningDev.only(shell.shell(), "--x")).isEqualTo(dev(THIS_PROCESS));
    }

    @Test
    void theNoteOfAProcessThatIsGoneCountsForNothing() throws Exception {
        TestShell shell = new TestShell(home);
        Process gone = new ProcessBuilder("true").start();
        gone.waitFor();
        Path note = dev(gone.pid()).announce(shell.shell());

        assertThat(RunningDev.only(shell.shell(), "--x")).isNull();
        assertThat(note).doesNotExist();
    }

    @Test
    void aHalfWrittenNoteIsNoObstacle() throws Exception {
        TestShell shell = new TestShell(home);
        Path note = dev(THIS_PROCESS).announce(shell.shell());
        Files.writeString(note, "{\"pid\":");

        assertThat(RunningDev.only(shell.shell(), "--x")).isNull();
    }

    @Test
    void ofSeveralTheUserChooses() {
        TestShell shell = new TestShell(home);
        dev(THIS_PROCESS).announce(shell.shell());
        dev(1).announce(shell.shell());

        assertThatThrownBy(() -> RunningDev.only(shell.shell(), "--api-url"))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("several 'fanfare dev'")
                .hasMessageContaining("--api-url");
    }
}

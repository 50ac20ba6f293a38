package dev.fanfare.contract.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.contract.UndecodableRecord;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RunTest {
    private static final Run RUN = new Run(
            "01",
            Run.DLQ_REPLAY,
            Run.State.RUNNING,
            new Actor("User:ops", "alice", "desk"),
            1,
            2,
            Map.of("subscription", "orders"),
            Map.of("moved", 3L),
            Map.of("fanfare.dead-letters/0", 9L),
            "endpoint is back",
            null);

    @Test
    void isReadAsItWasWritten() throws UndecodableRecord {
        assertThat(Run.fromJson(RUN.toJson())).isEqualTo(RUN);
        assertThat(new String(RUN.toJson(), StandardCharsets.UTF_8))
                .contains("\"state\":\"running\"")
                .doesNotContain("error");
        AuditEntry entry = AuditEntry.of(RUN, "began");
        assertThat(AuditEntry.fromJson(entry.toJson())).isEqualTo(entry);
    }

    @Test
    void whatALaterVersionAddsOrLeavesOutDoesNotMatter() throws UndecodableRecord {
        Run run = Run.fromJson(
                "{\"id\":\"7\",\"kind\":\"later\",\"state\":\"done\",\"startedBy\":{},\"startedAtMillis\":1,\"more\":[1]}"
                        .getBytes(StandardCharsets.UTF_8));
        assertThat(run.count("moved")).isZero();
        assertThat(run.startedBy().text()).isEqualTo("unknown");
        assertThat(RUN.startedBy().text()).isEqualTo("alice@desk as User:ops");
    }

    @Test
    void aLaterStateKeepsWhatDoesNotChange() {
        Run later = RUN.at(Run.State.DONE, Map.of("moved", 5L), 9, null);
        assertThat(later.count("moved")).isEqualTo(5);
        assertThat(later.frozenEnds()).isEqualTo(RUN.frozenEnds());
        assertThat(later.startedAtMillis()).isEqualTo(1);
        assertThat(later.updatedAtMillis()).isEqualTo(9);
    }
}

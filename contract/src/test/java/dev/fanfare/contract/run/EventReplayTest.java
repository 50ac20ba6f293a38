package dev.fanfare.contract.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.contract.UndecodableRecord;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class EventReplayTest {
    private static final Actor SOMEBODY = new Actor("api", null, null);
    private static final EventReplay REPLAY = new EventReplay(
            "acme",
            "billing",
            new UUID(7, 8),
            Instant.parse("2026-11-21T00:00:00Z"),
            Instant.parse("2026-11-22T00:00:00.5Z"),
            List.of("order.*", "invoice.paid"));

    @Test
    void isReadFromTheRunThatItBegins() throws UndecodableRecord {
        Run run = REPLAY.begin("r-1", SOMEBODY, 5);
        assertThat(EventReplay.of(Run.fromJson(run.toJson()))).isEqualTo(REPLAY);
        assertThat(run.state()).isEqualTo(Run.State.RUNNING);
        assertThat(run.frozenEnds()).isEmpty();
        assertThat(REPLAY.subscriptionKey()).isEqualTo("acme/billing");
    }

    @Test
    void needsNeitherAnEndNorTypes() throws UndecodableRecord {
        EventReplay open = new EventReplay("acme", "billing", new UUID(7, 8), Instant.EPOCH, null, List.of());
        assertThat(EventReplay.of(Run.fromJson(open.begin("r-2", SOMEBODY, 5).toJson())))
                .isEqualTo(open);
    }

    @Test
    void aRunThatLacksSomethingIsToldApart() {
        Run broken = new Run(
                "r-3",
                Run.EVENT_REPLAY,
                Run.State.RUNNING,
                SOMEBODY,
                1,
                1,
                Map.of("tenant", "acme"),
                Map.of(),
                Map.of(),
                null,
                null);
        assertThatThrownBy(() -> EventReplay.of(broken))
                .isInstanceOf(UndecodableRecord.class)
                .hasMessageContaining("'subscription'");
    }

    @Test
    void aWishToStopNamesItsRun() throws UndecodableRecord {
        Run wish = EventReplay.stop("s-1", "r-1", SOMEBODY, 6);
        assertThat(EventReplay.stops(Run.fromJson(wish.toJson()))).isEqualTo("r-1");
        assertThat(EventReplay.stops(REPLAY.begin("r-1", SOMEBODY, 5))).isNull();
    }

    @Test
    void aLaterStateOfARunKeepsItsPositions() throws UndecodableRecord {
        Run run = REPLAY.begin("r-1", SOMEBODY, 5)
                .within(Map.of("fanfare.events/0", 3L), Map.of("fanfare.events/0", 9L))
                .at(Run.State.RUNNING, Map.of(EventReplay.SENT, 2L), 6, null);
        assertThat(Run.fromJson(run.toJson())).isEqualTo(run);
        assertThat(run.positions()).containsEntry("fanfare.events/0", 3L);
        assertThat(run.frozenEnds()).containsEntry("fanfare.events/0", 9L);
    }
}

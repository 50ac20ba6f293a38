package dev.fanfare.router;

import static dev.fanfare.router.TestRouter.event;
import static dev.fanfare.router.TestRouter.row;
import static dev.fanfare.router.TestRouter.subscription;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.contract.RecordHeaders;
import dev.fanfare.contract.run.Actor;
import dev.fanfare.contract.run.EventReplay;
import dev.fanfare.contract.run.Run;
import dev.fanfare.contract.run.Run.State;
import dev.fanfare.contract.subscription.Subscription;
import dev.fanfare.testkit.Fresh;
import dev.fanfare.testkit.TestBroker;
import dev.fanfare.testkit.WithBroker;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@WithBroker
class KilledReplayIT {
    private static final int EVENTS = 400;
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    @Test
    void aReplayCutShortByAKillGoesOnAndSendsEachEventOnce(@Fresh TestBroker broker, @TempDir Path stateDir)
            throws Exception {
        broker.createFanfareTopics();
        List<String> ids = IntStream.range(0, EVENTS).mapToObj(i -> "e" + i).toList();
        ids.forEach(id -> broker.send(event(id, "cut.short", new byte[100])));
        Subscription late = subscription("default", "late", "*");
        broker.send(row(late));
        broker.send(ReplayIT.run(ReplayIT.replay(late, Instant.EPOCH, null)
                .begin("r", new Actor("test", null, null), System.currentTimeMillis())));
        Process killed = RouterProcess.start(
                broker.bootstrapServers(),
                "killed",
                "at-least-once",
                "router.replay-per-second=40",
                "router.state-dir=" + stateDir);
        try {
            await().atMost(PATIENCE).until(() -> ReplayIT.latest(broker, "r").count(EventReplay.SENT) > 0);
        } finally {
            killed.destroyForcibly().waitFor();
        }
        Run atTheKill = ReplayIT.latest(broker, "r");
        assertThat(atTheKill.state()).as("killed midway").isEqualTo(State.RUNNING);

        try (TestRouter next =
                TestRouter.start(broker.bootstrapServers(), "next", Map.of("router.replay-per-second", "20000"))) {
            await().atMost(PATIENCE).until(() -> ReplayIT.latest(broker, "r").state() != State.RUNNING);
            assertThat(next.events("undecodable")).isZero();
        }
        Run run = ReplayIT.latest(broker, "r");
        assertThat(run.state()).as(run.error()).isEqualTo(State.DONE);
        assertThat(run.count(EventReplay.SENT)).isEqualTo(EVENTS);
        assertThat(run.frozenEnds()).isEqualTo(atTheKill.frozenEnds());
        assertThat(ReplayIT.deliveriesOf(broker, late))
                .extracting(message -> RecordHeaders.text(message.headers(), "ce_id"))
                .containsExactlyInAnyOrderElementsOf(ids);
    }
}

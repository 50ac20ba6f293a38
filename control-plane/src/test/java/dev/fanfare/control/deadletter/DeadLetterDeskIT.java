package dev.fanfare.control.deadletter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fanfare.contract.problem.ProblemException;
import dev.fanfare.contract.run.Actor;
import dev.fanfare.contract.run.Run;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.control.OpenTransaction;
import dev.fanfare.control.deadletter.DeadLetterDesk.Action;
import dev.fanfare.retry.dead.DeadLetterFilter;
import dev.fanfare.retry.run.RunBook;
import dev.fanfare.runtime.kafka.KafkaConnection;
import dev.fanfare.testkit.Fresh;
import dev.fanfare.testkit.TestBroker;
import dev.fanfare.testkit.WithBroker;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

@WithBroker
class DeadLetterDeskIT {
    private static final Actor SOMEBODY = new Actor("a test", null, null);

    private static DeadLetterDesk desk(TestBroker broker, Duration closeTimeout) {
        return new DeadLetterDesk(
                KafkaConnection.to(broker.bootstrapServers()),
                Clock.systemUTC(),
                new SecureRandom(),
                "desk",
                closeTimeout);
    }

    private static List<Run> runs(TestBroker broker) {
        return new RunBook(KafkaConnection.to(broker.bootstrapServers())).all();
    }

    private static Run begin(DeadLetterDesk desk, String tenant) {
        return desk.begin(
                Action.REPLAY,
                new DeadLetterFilter(Set.of(), tenant, null, null, null, null, null, null, null),
                null,
                SOMEBODY);
    }

    private static void assertRefused(DeadLetterDesk desk, String tenant, int status, String why) {
        assertThatThrownBy(() -> begin(desk, tenant))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        e -> assertThat(e.problem().status()).isEqualTo(status))
                .hasMessageContaining(why);
    }

    @Test
    void aTenantThatHasATenthOfTheRunsIsRefusedAnotherAndTheOthersAreNot(@Fresh TestBroker broker) throws Exception {
        broker.createFanfareTopics();
        try (DeadLetterDesk desk = desk(broker, Duration.ofMinutes(1))) {
            try (OpenTransaction held = new OpenTransaction(broker, Topics.DEAD_LETTERS)) {
                for (int i = 0; i < RunQueue.MOST_OF_ONE; i++) {
                    begin(desk, "acme");
                }
                assertRefused(desk, "acme", 429, "tenant 'acme' has 10 replays and discards");
                begin(desk, "other");
                assertThat(runs(broker)).as("what is refused is not noted").hasSize(RunQueue.MOST_OF_ONE + 1);
            }
            await().atMost(Duration.ofMinutes(2))
                    .until(() -> runs(broker).stream().allMatch(run -> run.state() == Run.State.DONE));
            assertThat(begin(desk, "acme").state()).isEqualTo(Run.State.RUNNING);
        }
    }

    @Test
    void aDeskThatIsFullTakesNoMoreAndWhatWaitsWhenItClosesEndsAsStoppedWithTheReason(@Fresh TestBroker broker)
            throws Exception {
        broker.createFanfareTopics();
        try (OpenTransaction held = new OpenTransaction(broker, Topics.DEAD_LETTERS)) {
            DeadLetterDesk desk = desk(broker, Duration.ofMillis(100));
            for (int i = 0; i < RunQueue.MOST; i++) {
                begin(desk, "tenant-" + i / RunQueue.MOST_OF_ONE);
            }
            assertRefused(desk, "one-more", 503, "too many runs are waiting here");
            desk.close();
            List<Run> all = runs(broker);
            assertThat(all).hasSize(RunQueue.MOST).allMatch(run -> run.state() == Run.State.STOPPED);
            assertThat(all.stream().filter(run -> run.error().contains("before its turn came")))
                    .hasSize(RunQueue.MOST - 1);
            assertThat(all.stream().filter(run -> run.error().contains("what was moved stands")))
                    .hasSize(1);
            assertRefused(desk, "late", 503, "the process is stopping");
        }
    }
}

package dev.fanfare.router;

import static dev.fanfare.router.TestRouter.event;
import static dev.fanfare.router.TestRouter.row;
import static dev.fanfare.router.TestRouter.subscription;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.contract.topic.Topics;
import dev.fanfare.testkit.Fresh;
import dev.fanfare.testkit.TestBroker;
import dev.fanfare.testkit.WithBroker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The store of events that were routed may be ahead of what is committed, and may get lost with its disk. */
@WithBroker
class DeduplicationIT {

    @Test
    void whatWasNotCommittedIsRoutedAgainAndARepetitionIsDroppedAgain(@Fresh TestBroker broker, @TempDir Path stateDir)
            throws Exception {
        broker.createFanfareTopics();
        broker.send(row(subscription("default", "s", "*")));
        broker.send(event("1", "a.b", new byte[0]));
        broker.send(event("2", "a.b", new byte[0]));
        broker.send(event("1", "a.b", new byte[0]));
        routes(broker, stateDir, 2, 1);

        // as after a kill between the store's write and the commit: the store knows all of them, the group none
        rewind(broker);
        routes(broker, stateDir, 2, 1);

        rewind(broker);
        TestRouter.delete(stateDir);
        routes(broker, stateDir, 2, 1);

        // and committed: what is known comes from the changelog alone
        TestRouter.delete(stateDir);
        broker.send(event("2", "a.b", new byte[0]));
        broker.send(event("3", "a.b", new byte[0]));
        routes(broker, stateDir, 1, 1);
        assertThat(broker.records(Topics.DELIVERIES)).hasSize(2 + 2 + 2 + 1);
    }

    private static void routes(TestBroker broker, Path stateDir, int routed, int duplicates) {
        try (TestRouter router = TestRouter.start(
                broker.bootstrapServers(), "deduplicating", Map.of("router.state-dir", stateDir.toString()))) {
            await().atMost(Duration.ofMinutes(2)).untilAsserted(() -> {
                assertThat(router.events("routed")).isEqualTo(routed);
                assertThat(router.events("duplicate")).isEqualTo(duplicates);
            });
        }
    }

    private static void rewind(TestBroker broker) throws Exception {
        broker.admin()
                .alterStreamsGroupOffsets(
                        RouterStreams.APPLICATION_ID,
                        broker.endOffsets(List.of(Topics.EVENTS)).keySet().stream()
                                .collect(Collectors.toMap(partition -> partition, first -> new OffsetAndMetadata(0))))
                .all()
                .get();
    }
}

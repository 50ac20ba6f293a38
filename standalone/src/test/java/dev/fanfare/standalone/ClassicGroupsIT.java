package dev.fanfare.standalone;

import static dev.fanfare.standalone.LocalRoles.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.cli.process.RoleKind;
import dev.fanfare.dispatcher.DispatcherRole;
import dev.fanfare.testkit.Answer;
import dev.fanfare.testkit.Exchange;
import dev.fanfare.testkit.FaultyReceiver;
import dev.fanfare.testkit.TestBroker;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.common.GroupType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The older group protocol, for brokers that know no other: here one that was told to know no other. All roles in this
 * process, another dispatcher in a process that is killed.
 */
class ClassicGroupsIT {
    private static final int SUBSCRIPTIONS = 4;
    private static final int EVENTS = 30;

    @TempDir
    Path folder;

    @Test
    void withGroupsAsOlderBrokersHaveThemAnotherDispatcherSharesTheWorkAndWhatItHeldArrivesWhenItIsKilled()
            throws Exception {
        try (TestBroker broker = TestBroker.fresh(Map.of("group.coordinator.rebalance.protocols", "classic"));
                FaultyReceiver receiver = FaultyReceiver.start().on("/0", Answer.status(503), Answer.status(204));
                LocalRoles roles = new LocalRoles(broker, folder)) {
            broker.createFanfareTopics();
            roles.with(Map.of(
                            "kafka.group.protocol", "classic",
                            "router.group-protocol", "classic",
                            "kafka.session.timeout.ms", "3000",
                            "kafka.heartbeat.interval.ms", "500"))
                    .start(RoleKind.values());
            for (int i = 0; i < SUBSCRIPTIONS; i++) {
                roles.subscribe("s" + i, receiver.url("/" + i));
            }
            roles.send("first");
            receiver.awaitCount(SUBSCRIPTIONS + 1, PATIENCE); // one of them through a tier

            try (FanfareProcess other = roles.startProcess(RoleKind.DISPATCHER, "b", folder)) {
                await("two dispatchers with a partition each")
                        .atMost(PATIENCE)
                        .until(() -> shares(broker), List.of(1, 1)::equals);
                for (int i = 0; i < EVENTS; i++) {
                    roles.send("event-" + i);
                }
                receiver.awaitCount(SUBSCRIPTIONS + 2, PATIENCE);
                other.kill();
            }
            await("every event at every endpoint")
                    .atMost(PATIENCE)
                    .until(() -> delivered(receiver).size() == SUBSCRIPTIONS * (EVENTS + 1));
            await("its partition is taken over").atMost(PATIENCE).until(() -> shares(broker), List.of(2)::equals);
            assertThat(broker.admin().listGroups().all().get())
                    .extracting(group -> group.groupId())
                    .contains(DispatcherRole.GROUP, "fanfare-router", "fanfare-fanout", "fanfare-retry");
            assertThat(broker.admin().listGroups().all().get())
                    .allSatisfy(group ->
                            assertThat(group.type()).as(group.groupId()).contains(GroupType.CLASSIC));
        }
    }

    /** How many partitions each dispatcher has. */
    private static List<Integer> shares(TestBroker broker) throws Exception {
        return broker
                .admin()
                .describeConsumerGroups(List.of(DispatcherRole.GROUP))
                .all()
                .get()
                .get(DispatcherRole.GROUP)
                .members()
                .stream()
                .map(member -> member.assignment().topicPartitions().size())
                .toList();
    }

    private static Set<String> delivered(FaultyReceiver receiver) {
        return receiver.exchanges().stream()
                .filter(Exchange::accepted)
                .map(exchange -> exchange.request().header("webhook-id"))
                .collect(Collectors.toSet());
    }
}

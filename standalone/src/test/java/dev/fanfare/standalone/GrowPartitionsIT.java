package dev.fanfare.standalone;

import static dev.fanfare.standalone.LocalRoles.PATIENCE;
import static org.awaitility.Awaitility.await;

import dev.fanfare.cli.process.RoleKind;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.testkit.Answer;
import dev.fanfare.testkit.Exchange;
import dev.fanfare.testkit.FaultyReceiver;
import dev.fanfare.testkit.ReceivedRequest;
import dev.fanfare.testkit.TestBroker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.NewPartitions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code docs/operating/upgrading.md} says of growing partitions, step by step, while events come in. */
class GrowPartitionsIT {
    private static final int SUBSCRIPTIONS = 6;
    /** As {@link TestBroker#SMALL_LAYOUT} has it. */
    private static final int FEW = 2;

    private static final int MORE = 5;
    /** Of the traffic: what comes while roles are away has to be delivered after. */
    private static final Duration PACE = Duration.ofMillis(20);

    @TempDir
    Path folder;

    @Test
    void firstEventsAndThenDeliveriesWithTheirTiersGrowWhileEventsComeInAndNoneIsLost() throws Exception {
        try (TestBroker broker = TestBroker.fresh();
                FaultyReceiver receiver = FaultyReceiver.start().otherwise(GrowPartitionsIT::answer);
                LocalRoles roles = new LocalRoles(broker, folder)) {
            broker.createFanfareTopics();
            // whoever produces notices new partitions then; by default within five minutes
            roles.with(Map.of("kafka.metadata.max.age.ms", "1000")).start(RoleKind.values());
            for (int i = 0; i < SUBSCRIPTIONS; i++) {
                roles.subscribe("s" + i, receiver.url("/" + i));
            }
            AtomicBoolean enough = new AtomicBoolean();
            List<String> accepted = new ArrayList<>();
            CompletableFuture<Void> traffic = CompletableFuture.runAsync(() -> send(roles, accepted, enough));
            try {
                receiver.awaitCount(10 * SUBSCRIPTIONS, PATIENCE);
                growEvents(broker, roles);
                awaitUse(broker, Topics.EVENTS);
                growDeliveries(broker, roles);
                awaitUse(broker, Topics.DELIVERIES);
                awaitUse(broker, "fanfare.retry.2s"); // of a delay of 1 s: no more than 2 s late
            } finally {
                enough.set(true);
            }
            traffic.get();
            await("every event at every endpoint")
                    .atMost(PATIENCE)
                    .until(() -> delivered(receiver).size() == accepted.size() * SUBSCRIPTIONS);
        }
    }

    private static void growEvents(TestBroker broker, LocalRoles roles) throws Exception {
        grow(broker, Stream.of(Topics.EVENTS, Topics.FANOUT, "fanfare-router-seen-changelog"));
        roles.with(Map.of("topics.event-partitions", Integer.toString(MORE)));
        roles.stop(RoleKind.ROUTER);
        roles.start(RoleKind.ROUTER);
    }

    private static void growDeliveries(TestBroker broker, LocalRoles roles) throws Exception {
        roles.stop(RoleKind.ROUTER);
        await("nothing waits")
                .atMost(PATIENCE)
                .until(() -> roles.metric(RoleKind.DISPATCHER, "fanfare_backlog")
                                + roles.metric(RoleKind.RETRY, "fanfare_retry_waiting")
                        == 0);
        roles.stop(RoleKind.DISPATCHER, RoleKind.RETRY);
        grow(
                broker,
                Stream.of(
                        Topics.DELIVERIES,
                        "fanfare.retry.1s",
                        "fanfare.retry.2s",
                        "fanfare.retry.5s",
                        Topics.PARKED,
                        Topics.DEAD_LETTERS,
                        Topics.ATTEMPTS));
        roles.with(Map.of("topics.delivery-partitions", Integer.toString(MORE)));
        roles.start(RoleKind.RETRY, RoleKind.DISPATCHER, RoleKind.ROUTER);
    }

    private static void grow(TestBroker broker, Stream<String> topics) throws Exception {
        broker.admin()
                .createPartitions(
                        topics.collect(Collectors.toMap(topic -> topic, topic -> NewPartitions.increaseTo(MORE))))
                .all()
                .get();
    }

    private static void send(LocalRoles roles, List<String> accepted, AtomicBoolean enough) {
        try {
            while (!enough.get()) {
                String id = "event-" + accepted.size();
                roles.send(id);
                accepted.add(id);
                LockSupport.parkNanos(PACE.toNanos());
            }
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** Every fifth delivery fails at first, and waits in a tier. */
    private static Answer answer(ReceivedRequest request) {
        boolean fails = "1".equals(request.header("fanfare-attempt"))
                && Math.floorMod(Objects.hashCode(request.header("webhook-id")), 5) == 0;
        return Answer.status(fails ? 503 : 204);
    }

    private static void awaitUse(TestBroker broker, String topic) {
        await("a new partition of " + topic + " in use")
                .atMost(PATIENCE)
                .until(() -> broker.endOffsets(List.of(topic)).entrySet().stream()
                        .anyMatch(end -> end.getKey().partition() >= FEW && end.getValue() > 0));
    }

    private static Set<String> delivered(FaultyReceiver receiver) {
        return receiver.exchanges().stream()
                .filter(Exchange::accepted)
                .map(exchange -> exchange.request().header("webhook-id"))
                .collect(Collectors.toSet());
    }
}

package dev.fanfare.torture;

import dev.fanfare.dispatcher.DispatcherRole;
import dev.fanfare.router.RouterRole;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.StreamsGroupDescription;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees when partitions of dispatchers and routers change hands: on a machine that has no time a member may lose its session
 * though nothing was broken, and what it had uncommitted is sent, or made, again. One thread.
 */
final class Rebalances implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Rebalances.class);
    private static final Duration LOOK_EVERY = Duration.ofMillis(250);
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(5);

    private final Admin admin;
    private final FaultLog log;
    private final Thread thread = new Thread(this::watch, "rebalances");

    private Rebalances(Map<String, Object> clientConfig, FaultLog log) {
        this.admin = Admin.create(clientConfig);
        this.log = log;
    }

    static Rebalances watch(Map<String, Object> clientConfig, FaultLog log) {
        Rebalances rebalances = new Rebalances(clientConfig, log);
        rebalances.thread.start();
        return rebalances;
    }

    private void watch() {
        Watched dispatchers = new Watched(DispatcherRole.GROUP, this::consumers);
        Watched routers = new Watched(RouterRole.GROUP, this::streams);
        while (!Thread.currentThread().isInterrupted()) {
            dispatchers.look();
            routers.look();
            Waiting.rest(LOOK_EVERY);
        }
    }

    private interface Describing {
        /** Who has what, as a broker says. */
        Look of(String group) throws ExecutionException, TimeoutException, InterruptedException;
    }

    /** One group, as it was last seen. */
    private final class Watched {
        private final String group;
        private final Describing describing;
        private @Nullable Look before;
        private long beforeMillis = System.currentTimeMillis();

        private Watched(String group, Describing describing) {
            this.group = group;
            this.describing = describing;
        }

        private void look() {
            long nowMillis = System.currentTimeMillis();
            try {
                Look now = describing.of(group);
                if (before != null && !now.equals(before)) {
                    Timeline.Window seen = new Timeline.Window(beforeMillis, System.currentTimeMillis());
                    log.rebalanced(new Rebalance(group, seen, now.changeSince(before), now.goneSince(before)));
                }
                before = now;
                beforeMillis = nowMillis;
            } catch (ExecutionException | TimeoutException e) {
                LOG.debug("nobody says who has which partitions group={}", group, e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /**
     * What a broker says of the group.
     *
     * @param epoch      counts how often it began anew; absent where members are of the classic protocol
     * @param clients    of each member, by its id, the client's id
     * @param partitions of each member
     */
    record Look(Optional<Integer> epoch, Map<String, String> clients, Map<String, Set<TopicPartition>> partitions) {
        Rebalance.Change changeSince(Look before) {
            if (!clients.equals(before.clients)) {
                return Rebalance.Change.MEMBERS;
            }
            return epoch.equals(before.epoch) ? Rebalance.Change.PARTITIONS : Rebalance.Change.BEGUN_ANEW;
        }

        Set<String> goneSince(Look before) {
            return before.clients.entrySet().stream()
                    .filter(member -> !clients.containsKey(member.getKey()))
                    .map(Map.Entry::getValue)
                    .collect(Collectors.toSet());
        }
    }

    private Look consumers(String id) throws ExecutionException, TimeoutException, InterruptedException {
        ConsumerGroupDescription group = Objects.requireNonNull(admin.describeConsumerGroups(List.of(id))
                .all()
                .get(ANSWER_WITHIN.toMillis(), TimeUnit.MILLISECONDS)
                .get(id));
        Map<String, String> clients = new HashMap<>();
        Map<String, Set<TopicPartition>> partitions = new HashMap<>();
        group.members().forEach(member -> {
            clients.put(member.consumerId(), member.clientId());
            partitions.put(member.consumerId(), member.assignment().topicPartitions());
        });
        return new Look(group.groupEpoch(), clients, partitions);
    }

    /** Members of the streams protocol, and else of the classic one. */
    private Look streams(String id) throws ExecutionException, TimeoutException, InterruptedException {
        StreamsGroupDescription group;
        try {
            group = Objects.requireNonNull(admin.describeStreamsGroups(List.of(id))
                    .all()
                    .get(ANSWER_WITHIN.toMillis(), TimeUnit.MILLISECONDS)
                    .get(id));
        } catch (ExecutionException e) {
            if (e.getCause() instanceof GroupIdNotFoundException
                    || e.getCause() instanceof UnsupportedVersionException) {
                return consumers(id);
            }
            throw e;
        }
        Map<String, String> clients = new HashMap<>();
        Map<String, Set<TopicPartition>> tasks = new HashMap<>();
        group.members().forEach(member -> {
            clients.put(member.memberId(), member.clientId());
            tasks.put(
                    member.memberId(),
                    member.assignment().activeTasks().stream()
                            .flatMap(task -> task.partitions().stream()
                                    .map(partition -> new TopicPartition(task.subtopologyId(), partition)))
                            .collect(Collectors.toSet()));
        });
        return new Look(Optional.of(group.groupEpoch()), clients, tasks);
    }

    @Override
    public void close() throws InterruptedException {
        thread.interrupt();
        thread.join();
        admin.close(Duration.ZERO);
    }
}

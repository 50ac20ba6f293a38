package dev.fanfare.torture;

import dev.fanfare.dispatcher.DispatcherRole;
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
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees when the dispatchers' partitions change hands: on a machine that has no time a member may lose its session though
 * nothing was broken, and what it had uncommitted is sent again. One thread.
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
        Look before = null;
        long beforeMillis = System.currentTimeMillis();
        while (!Thread.currentThread().isInterrupted()) {
            long nowMillis = System.currentTimeMillis();
            Look now = look();
            if (now != null) {
                if (before != null && !now.equals(before)) {
                    Timeline.Window seen = new Timeline.Window(beforeMillis, System.currentTimeMillis());
                    log.rebalanced(new Rebalance(seen, now.changeSince(before), now.goneSince(before)));
                }
                before = now;
                beforeMillis = nowMillis;
            }
            Waiting.rest(LOOK_EVERY);
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

    /** Who has what; null where no broker says. */
    private @Nullable Look look() {
        try {
            ConsumerGroupDescription group =
                    Objects.requireNonNull(admin.describeConsumerGroups(List.of(DispatcherRole.GROUP))
                            .all()
                            .get(ANSWER_WITHIN.toMillis(), TimeUnit.MILLISECONDS)
                            .get(DispatcherRole.GROUP));
            Map<String, String> clients = new HashMap<>();
            Map<String, Set<TopicPartition>> partitions = new HashMap<>();
            group.members().forEach(member -> {
                clients.put(member.consumerId(), member.clientId());
                partitions.put(member.consumerId(), member.assignment().topicPartitions());
            });
            return new Look(group.groupEpoch(), clients, partitions);
        } catch (ExecutionException | TimeoutException e) {
            LOG.debug("nobody says who has which partitions", e);
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }

    @Override
    public void close() throws InterruptedException {
        thread.interrupt();
        thread.join();
        admin.close(Duration.ZERO);
    }
}

package dev.fanfare.torture;

import dev.fanfare.dispatcher.DispatcherRole;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
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
        String before = null;
        long beforeMillis = System.currentTimeMillis();
        while (!Thread.currentThread().isInterrupted()) {
            long nowMillis = System.currentTimeMillis();
            String now = look();
            if (now != null) {
                if (before != null && !now.equals(before)) {
                    log.rebalanced(new Timeline.Window(beforeMillis, System.currentTimeMillis()));
                }
                before = now;
                beforeMillis = nowMillis;
            }
            Waiting.rest(LOOK_EVERY);
        }
    }

    /** Who has what; null where no broker says. */
    private @Nullable String look() {
        try {
            ConsumerGroupDescription group = Objects.requireNonNull(
                    admin.describeConsumerGroups(List.of(DispatcherRole.GROUP))
                            .all()
                            .get(ANSWER_WITHIN.toMillis(), TimeUnit.MILLISECONDS)
                            .get(DispatcherRole.GROUP));
            Map<String, String> members = new TreeMap<>();
            group.members()
                    .forEach(member -> members.put(
                            member.consumerId(),
                            member.assignment().topicPartitions().stream()
                                    .map(Object::toString)
                                    .sorted()
                                    .toList()
                                    .toString()));
            return group.groupEpoch() + members.toString();
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

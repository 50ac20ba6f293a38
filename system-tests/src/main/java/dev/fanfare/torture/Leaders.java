package dev.fanfare.torture;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who leads which partition, as whoever balances a cluster changes it: the copies stay where they are, another one comes
 * first, and is elected. With the partitions of Kafka's own topics the coordinators of groups and transactions move too.
 */
record Leaders(Map<String, Object> clientConfig) {
    private static final Logger LOG = LoggerFactory.getLogger(Leaders.class);
    private static final Duration BETWEEN_MOVES = Duration.ofMillis(500);

    Leaders {
        clientConfig = Map.copyOf(clientConfig);
    }

    /** Moves all to whom chance picks, again and again; says how often. */
    String moveFor(Duration duration, Random random) {
        long deadline = System.nanoTime() + duration.toNanos();
        int rounds = 0;
        int moved = 0;
        try (Admin admin = Admin.create(clientConfig)) {
            do {
                try {
                    moved += move(admin, random);
                    rounds++;
                } catch (ExecutionException e) {
                    LOG.debug("leaders stay where they are this time", e);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                Waiting.rest(BETWEEN_MOVES);
            } while (System.nanoTime() < deadline && !Thread.currentThread().isInterrupted());
        }
        return moved + " leaders in " + rounds + " rounds";
    }

    private static int move(Admin admin, Random random) throws ExecutionException, InterruptedException {
        Collection<String> topics = admin.listTopics(new ListTopicsOptions().listInternal(true))
                .names()
                .get();
        Map<TopicPartition, Optional<NewPartitionReassignment>> orders = new HashMap<>();
        for (TopicDescription topic :
                admin.describeTopics(topics).allTopicNames().get().values()) {
            topic.partitions().forEach(partition -> {
                List<Integer> order = new ArrayList<>(
                        partition.replicas().stream().map(Node::id).toList());
                Collections.shuffle(order, random);
                orders.put(
                        new TopicPartition(topic.name(), partition.partition()),
                        Optional.of(new NewPartitionReassignment(order)));
            });
        }
        admin.alterPartitionReassignments(orders).all().get();
        // of those that the first copy leads already it says that no election is needed
        return admin.electLeaders(ElectionType.PREFERRED, orders.keySet()).partitions().get().values().stream()
                .filter(Optional::isEmpty)
                .collect(Collectors.counting())
                .intValue();
    }
}

package dev.fanfare.retry.relay;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;

/**
 * What was polled and has not left yet, one queue per partition. Only heads are looked at: a partition's records leave
 * in the order in which they came. Confined to the poll thread; it holds nothing that the committed offsets don't
 * give back.
 */
final class WaitingRoom {
    private final Map<TopicPartition, ArrayDeque<Waiting>> queues = new HashMap<>();

    void add(Waiting waiting) {
        queues.computeIfAbsent(waiting.partition(), p -> new ArrayDeque<>()).add(waiting);
    }

    /** All that may leave now, in order within each partition. It stays in the room until it is {@link #release}d. */
    List<Waiting> leaving(long nowMillis) {
        List<Waiting> leaving = new ArrayList<>();
        for (ArrayDeque<Waiting> queue : queues.values()) {
            for (Waiting waiting : queue) {
                if (!mayLeave(waiting, nowMillis)) {
                    break;
                }
                leaving.add(waiting);
            }
        }
        return leaving;
    }

    /** Lets go of what has left. */
    void release(List<Waiting> left) {
        for (Waiting waiting : left) {
            ArrayDeque<Waiting> queue = queues.get(waiting.partition());
            if (queue == null || queue.poll() != waiting) {
                throw new IllegalStateException("not the head of " + waiting.partition() + ": offset "
                        + waiting.message().offset());
            }
        }
        queues.values().removeIf(ArrayDeque::isEmpty);
    }

    /** Forgets partitions that are somebody else's now. */
    void forget(Collection<TopicPartition> partitions) {
        queues.keySet().removeAll(partitions);
    }

    /** The partitions of which something is here: not to be polled until it has left. */
    Set<TopicPartition> occupied() {
        return queues.keySet();
    }

    /** How many are here, by partition. */
    Map<TopicPartition, Integer> counts() {
        Map<TopicPartition, Integer> counts = new HashMap<>();
        queues.forEach((partition, queue) -> counts.put(partition, queue.size()));
        return counts;
    }

    boolean isEmpty() {
        return queues.isEmpty();
    }

    /** When the first head leaves; the greatest of all numbers where nobody waits. */
    long nextLeavesAtMillis() {
        long next = Long.MAX_VALUE;
        for (ArrayDeque<Waiting> queue : queues.values()) {
            Waiting head = queue.getFirst();
            next = Math.min(next, head.fault() == null ? head.stay().leavesAtMillis() : Long.MIN_VALUE);
        }
        return next;
    }

    /** The partition whose head leaves first; the room must not be empty. */
    TopicPartition nextToLeave() {
        return queues.values().stream()
                .map(ArrayDeque::getFirst)
                .min((a, b) -> Long.compare(a.stay().leavesAtMillis(), b.stay().leavesAtMillis()))
                .orElseThrow()
                .partition();
    }

    private static boolean mayLeave(Waiting waiting, long nowMillis) {
        return waiting.fault() != null || waiting.stay().leavesAtMillis() <= nowMillis;
    }
}

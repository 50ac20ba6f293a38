package dev.fanfare.dispatcher;

import dev.fanfare.dispatcher.intake.AssignedPartition;
import dev.fanfare.dispatcher.intake.AssignedPartitions;
import dev.fanfare.dispatcher.send.Shards;
import java.time.Duration;
import org.apache.kafka.clients.consumer.Consumer;

/** Deliveries that have no outcome yet, as counted within the last second. Counted on the poll thread, read by any. */
final class Backlog {
    private static final long EVERY_NANOS = Duration.ofSeconds(1).toNanos();

    private final AssignedPartitions partitions;
    private final Consumer<byte[], byte[]> consumer;
    private final Shards shards;
    private long countedAtNanos = System.nanoTime();
    private volatile long all;
    private volatile long lag;

    Backlog(AssignedPartitions partitions, Consumer<byte[], byte[]> consumer, Shards shards) {
        this.partitions = partitions;
        this.consumer = consumer;
        this.shards = shards;
    }

    /** Counts, where the last time is long enough ago. */
    void count() {
        if (System.nanoTime() - countedAtNanos < EVERY_NANOS) {
            return;
        }
        countedAtNanos = System.nanoTime();
        long here = shards.held();
        long there = 0;
        for (AssignedPartition partition : partitions.all()) {
            here += partition.receivedCount();
            there += consumer.currentLag(partition.id()).orElse(0);
        }
        lag = there;
        all = here + there;
    }

    /** Those on the topic, here, and under way. Those in tiers are not due and don't count. */
    long all() {
        return all;
    }

    /** Those of them that were not read from the topic yet. */
    long lag() {
        return lag;
    }
}

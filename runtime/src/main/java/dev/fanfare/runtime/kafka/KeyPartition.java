package dev.fanfare.runtime.kafka;

import org.apache.kafka.common.utils.Utils;

/** Where a key belongs: the same place that Kafka's own producers, the Java client's default, give it. */
public final class KeyPartition {
    private KeyPartition() {}

    /**
     * The partition of a key.
     *
     * @param partitions how many the topic has, at least 1
     */
    public static int of(byte[] key, int partitions) {
        return Utils.toPositive(Utils.murmur2(key)) % partitions;
    }
}

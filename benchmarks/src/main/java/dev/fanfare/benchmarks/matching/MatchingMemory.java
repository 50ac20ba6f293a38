package dev.fanfare.benchmarks.matching;

import dev.fanfare.contract.delivery.Delivery;
import dev.fanfare.router.matching.Candidate;
import dev.fanfare.router.matching.RoutedSubscription;
import dev.fanfare.router.matching.SubscriptionIndex;
import dev.fanfare.runtime.kafka.CompactedTable.Row;
import java.lang.ref.Reference;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How much heap a router holds for a million subscriptions, and how long it takes to decode and index them: the table's
 * rows, what routing keeps of each, and the index. Run it with {@code -Xmx2g -XX:+UseSerialGC}; Kafka has no part in it.
 */
public final class MatchingMemory {
    private static final Logger LOG = LoggerFactory.getLogger(MatchingMemory.class);
    private static final int SUBSCRIPTIONS = 1_000_000;
    private static final long MIB = 1024 * 1024;

    private MatchingMemory() {}

    /** Prints one line for each kind of crowd. */
    public static void main(String[] args) {
        measure(1_000, FilterKind.NONE);
        measure(1, FilterKind.NONE);
        measure(1_000, FilterKind.EXACT_SHARED);
        measure(1_000, FilterKind.EXACT_OWN);
        measure(1_000, FilterKind.SQL);
    }

    private static void measure(int perType, FilterKind filters) {
        Crowd crowd = new Crowd(perType, filters);
        SubscriptionIndex index = new SubscriptionIndex();
        Map<String, Row<RoutedSubscription>> rows = new ConcurrentHashMap<>();
        long before = usedBytes();
        long busyNanos = 0;
        long recordBytes = 0;
        for (int n = 0; n < SUBSCRIPTIONS; n++) {
            byte[] key = Delivery.key(Crowd.TENANT, Crowd.id(n)).getBytes(StandardCharsets.UTF_8);
            byte[] record = crowd.record(n);
            recordBytes += record.length;
            long began = System.nanoTime();
            RoutedSubscription routed = crowd.decode(record);
            rows.put(new String(key, StandardCharsets.UTF_8), new Row<>(routed, n));
            index.change(null, new Candidate(routed, n));
            busyNanos += System.nanoTime() - began;
        }
        long heldBytes = usedBytes() - before;
        LOG.info(
                "subscriptions={} perType={} filters={} bytesEach={} recordBytes={} heapMiB={} readMillis={}",
                rows.size(),
                perType,
                filters,
                heldBytes / SUBSCRIPTIONS,
                recordBytes / SUBSCRIPTIONS,
                heldBytes / MIB,
                TimeUnit.NANOSECONDS.toMillis(busyNanos));
        // not collected before they are measured
        Reference.reachabilityFence(index);
        Reference.reachabilityFence(rows);
    }

    private static long usedBytes() {
        Runtime runtime = Runtime.getRuntime();
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return runtime.totalMemory() - runtime.freeMemory();
    }
}

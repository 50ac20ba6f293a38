package dev.fanfare.control.deadletter;

import dev.fanfare.control.pipeline.Lookout;
import dev.fanfare.control.pipeline.Lookout.Found;
import dev.fanfare.retry.dead.DeadLetterFilter;
import dev.fanfare.retry.dead.DeadLetters;
import dev.fanfare.retry.dead.RunListener;
import dev.fanfare.runtime.kafka.KafkaConnection;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How many dead letters each tenant has outstanding. The topic is read through for it. Safe from any thread. */
public final class DeadLetterCount implements AutoCloseable {
    /**
     * Of one tenant.
     *
     * @param atMillis when they were counted
     */
    public record Known(long count, long atMillis) {}

    private final DeadLetters letters;
    private final Lookout<Map<String, Long>> byTenant;

    /** Over a cluster; counts nothing before it is asked. */
    public DeadLetterCount(KafkaConnection kafka, Clock clock, String name) {
        this.letters = new DeadLetters(kafka);
        this.byTenant = new Lookout<>("dead letters", this::count, clock, name);
    }

    /** What was counted last; null where nothing was yet. Has it counted again where that is long ago. */
    public @Nullable Known of(String tenant) {
        Found<Map<String, Long>> counted = byTenant.latest();
        return counted == null ? null : new Known(counted.value().getOrDefault(tenant, 0L), counted.atMillis());
    }

    private Map<String, Long> count() {
        Map<String, Long> counted = new HashMap<>();
        letters.list(DeadLetterFilter.ALL, RunListener.SILENT, letter -> {
            String tenant = letter.tenant();
            if (tenant != null) {
                counted.merge(tenant, 1L, Long::sum);
            }
        });
        return Map.copyOf(counted);
    }

    @Override
    public void close() {
        byTenant.close();
    }
}

package dev.fanfare.control.deadletter;

import dev.fanfare.retry.dead.DeadLetterFilter;
import dev.fanfare.retry.dead.DeadLetters;
import dev.fanfare.retry.dead.RunListener;
import dev.fanfare.runtime.kafka.KafkaConnection;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How many dead letters each tenant has outstanding. The topic is read through for it on a thread of its own, and only
 * while somebody asks, so that an answer is as old as it says. Safe from any thread; nobody waits.
 */
public final class DeadLetterCount implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DeadLetterCount.class);
    private static final Duration LEAST_KEPT = Duration.ofSeconds(3);
    /** So much longer than it took is a count kept: a large topic is read for a twentieth of the time at most. */
    private static final int KEPT_TIMES = 20;

    /** What was counted, and when. */
    private record Counted(Map<String, Long> byTenant, long atMillis, long untilMillis) {}

    /**
     * Of one tenant.
     *
     * @param atMillis when they were counted
     */
    public record Known(long count, long atMillis) {}

    private final DeadLetters letters;
    private final Clock clock;
    private final ExecutorService thread;
    private final AtomicBoolean counting = new AtomicBoolean();
    private volatile @Nullable Counted latest;

    /** Over a cluster; counts nothing before it is asked. */
    public DeadLetterCount(KafkaConnection kafka, Clock clock, String name) {
        this.letters = new DeadLetters(kafka);
        this.clock = clock;
        this.thread = Executors.newSingleThreadExecutor(task -> {
            Thread created = new Thread(task, name);
            created.setDaemon(true);
            return created;
        });
    }

    /** What was counted last; null where nothing was yet. Has it counted again where that is long ago. */
    public @Nullable Known of(String tenant) {
        Counted counted = latest;
        if ((counted == null || clock.millis() >= counted.untilMillis()) && counting.compareAndSet(false, true)) {
            try {
                thread.execute(this::count);
            } catch (RejectedExecutionException e) {
                LOG.debug("closed, and asked once more");
            }
        }
        return counted == null ? null : new Known(counted.byTenant().getOrDefault(tenant, 0L), counted.atMillis());
    }

    private void count() {
        try {
            Map<String, Long> byTenant = new HashMap<>();
            long began = clock.millis();
            letters.list(DeadLetterFilter.ALL, RunListener.SILENT, letter -> {
                String tenant = letter.tenant();
                if (tenant != null) {
                    byTenant.merge(tenant, 1L, Long::sum);
                }
            });
            long ended = clock.millis();
            long kept = Math.max(LEAST_KEPT.toMillis(), KEPT_TIMES * (ended - began));
            latest = new Counted(Map.copyOf(byTenant), began, ended + kept);
        } catch (RuntimeException e) {
            LOG.warn("dead letters can't be counted now cause={}", e.toString());
        } finally {
            counting.set(false);
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}

package dev.fanfare.dispatcher.send;

import dev.fanfare.dispatcher.lane.LaneTally;
import dev.fanfare.dispatcher.outcome.DispatcherMetric;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Shows metrics of the busiest subscriptions, and of no others: however many there are, so many series and no more.
 * Busiest are those with the most deliveries attempted since the last look or queued now. A subscription that comes among
 * them begins to count at zero, and its series go when it is no longer one of them. Confined to one thread.
 */
public final class BusiestSubscriptions {
    static final int LOOK_SECONDS = 5;

    private final int most;
    private final MeterRegistry meters;
    /** By key, as of the last look. */
    private Map<String, LaneTally> before = Map.of();

    private final Map<String, Shown> shown = new HashMap<>();

    private record Shown(Counter delivered, Counter failed, AtomicLong queued, Gauge gauge) {}

    private record Busy(LaneTally now, long delivered, long failed) {
        long business() {
            return delivered + failed + now.queued();
        }
    }

    /**
     * Shows nobody yet.
     *
     * @param most how many at a time
     */
    public BusiestSubscriptions(int most, MeterRegistry meters) {
        this.most = most;
        this.meters = meters;
    }

    /** Looks at all lanes: hands {@code each} to what walks over them. */
    void look(Consumer<Consumer<LaneTally>> lanes) {
        Map<String, LaneTally> seen = new HashMap<>();
        PriorityQueue<Busy> busiest = new PriorityQueue<>(Comparator.comparingLong(Busy::business));
        lanes.accept(lane -> {
            seen.put(lane.key(), lane);
            Busy busy = since(before.get(lane.key()), lane);
            if (busy.business() > 0) {
                busiest.add(busy);
                if (busiest.size() > most) {
                    busiest.remove();
                }
            }
        });
        before = seen;
        Set<String> keys = new HashSet<>();
        busiest.forEach(busy -> keys.add(busy.now().key()));
        Set.copyOf(shown.keySet()).stream().filter(key -> !keys.contains(key)).forEach(this::hide);
        busiest.forEach(this::count);
    }

    private static Busy since(@Nullable LaneTally before, LaneTally now) {
        if (before == null || now.delivered() < before.delivered() || now.failed() < before.failed()) {
            // its lane is new, or was forgotten meanwhile and began anew
            return new Busy(now, now.delivered(), now.failed());
        }
        return new Busy(now, now.delivered() - before.delivered(), now.failed() - before.failed());
    }

    private void count(Busy busy) {
        Shown series = shown.computeIfAbsent(busy.now().key(), this::show);
        series.delivered().increment((double) busy.delivered());
        series.failed().increment((double) busy.failed());
        series.queued().set(busy.now().queued());
    }

    private Shown show(String key) {
        AtomicLong queued = new AtomicLong();
        return new Shown(
                DispatcherMetric.SUBSCRIPTION_ATTEMPTS.counter(meters, key, "delivered"),
                DispatcherMetric.SUBSCRIPTION_ATTEMPTS.counter(meters, key, "failed"),
                queued,
                DispatcherMetric.SUBSCRIPTION_QUEUED.gauge(meters, queued, AtomicLong::doubleValue, key));
    }

    private void hide(String key) {
        Shown series = shown.remove(key);
        if (series != null) {
            List.of(series.delivered(), series.failed(), series.gauge()).forEach(meters::remove);
        }
    }
}

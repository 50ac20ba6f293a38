package dev.fanfare.benchmarks.router;

import dev.fanfare.benchmarks.run.BenchmarkFailure;
import dev.fanfare.benchmarks.run.Child;
import dev.fanfare.benchmarks.run.Figure;
import dev.fanfare.contract.RecordHeaders;
import dev.fanfare.contract.event.Event;
import dev.fanfare.contract.event.EventRecords;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Events at a steady rate, whether or not the former ones are through, each for one subscription; in their midst one
 * that very many subscriptions want. Confined to one thread.
 */
final class SteadyEvents {
    private static final String EVENT_ID = EventRecords.ATTRIBUTE_PREFIX + Event.ID;
    private static final int HUGE = 1_000_000_000;
    private static final long PATIENCE_NANOS = Duration.ofSeconds(60).toNanos();

    private final RouterLoad load;
    private final Consumer<byte[], byte[]> reader;
    private final Child router;
    private final String run;
    private final int subscriptions;
    private final long gapNanos;
    private final long[] latencies;
    private long beganAt;
    private int sent;
    private int seen;
    private int hugeSeen;
    private long hugeSentAt;
    private long hugeDoneAt;

    SteadyEvents(RouterLoad load, Consumer<byte[], byte[]> reader, Child router, String run, RouterOptions options) {
        this.load = load;
        this.reader = reader;
        this.router = router;
        this.run = run;
        this.subscriptions = options.subscriptions;
        this.gapNanos = TimeUnit.SECONDS.toNanos(1) / options.perSecond;
        this.latencies = new long[options.perSecond * options.seconds];
    }

    /** From when an event was due to be sent until its delivery was seen; and how long the huge one took to its last. */
    Map<Figure, Double> play(boolean huge) {
        int expectedOfHuge = huge ? subscriptions : 0;
        beganAt = System.nanoTime();
        while (seen < latencies.length || hugeSeen < expectedOfHuge) {
            send(huge);
            for (ConsumerRecord<byte[], byte[]> delivery : reader.poll(Duration.ofMillis(1))) {
                see(String.valueOf(RecordHeaders.text(delivery.headers(), EVENT_ID)));
            }
            router.check();
            if (System.nanoTime() - due(latencies.length) > PATIENCE_NANOS) {
                throw BenchmarkFailure.of("of " + latencies.length + " events " + seen + " are delivered, and "
                        + hugeSeen + " deliveries of the huge one; see " + router.log());
            }
        }
        Arrays.sort(latencies);
        Map<Figure, Double> figures = new EnumMap<>(Figure.class);
        figures.put(Figure.P50_MILLIS, latencies[latencies.length / 2] / 1e6);
        figures.put(Figure.P99_MILLIS, latencies[latencies.length * 99 / 100] / 1e6);
        figures.put(Figure.MOST_MILLIS, latencies[latencies.length - 1] / 1e6);
        if (huge) {
            figures.put(Figure.SECONDS, (hugeDoneAt - hugeSentAt) / 1e9);
        }
        return figures;
    }

    private long due(int number) {
        return beganAt + number * gapNanos;
    }

    private void send(boolean huge) {
        while (sent < latencies.length && System.nanoTime() >= due(sent)) {
            if (huge && sent == latencies.length / 2) {
                hugeSentAt = System.nanoTime();
                load.offer(run, subscriptions, HUGE);
            }
            load.offer(run, 1, sent);
            sent++;
        }
    }

    private void see(String eventId) {
        int number = Integer.parseInt(eventId, run.length() + 1, eventId.length(), 10);
        if (number == HUGE) {
            hugeSeen++;
            hugeDoneAt = System.nanoTime();
        } else if (number >= 0) {
            latencies[number] = System.nanoTime() - due(number);
            seen++;
        }
    }
}

package dev.fanfare.router;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.fanfare.contract.delivery.EventChunk;
import dev.fanfare.contract.delivery.HashRange;
import dev.fanfare.contract.delivery.SubscriptionVersion;
import dev.fanfare.contract.event.Event;
import dev.fanfare.router.matching.Candidate;
import java.util.List;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/**
 * Makes the deliveries of an event, or chunks of it where they are too many for one go.
 *
 * <pre>
 * matches ─▶ few: delivery, delivery, …          ─▶ fanfare.deliveries
 *         └▶ many: 2 to 32 shares of their range ─▶ fanfare.fanout     (each comes back here, and may be split again)
 * </pre>
 *
 * So no step writes more than {@link #STEP_BYTES} or thirty-two records, whichever is more, however many subscriptions
 * want an event: none outlives its transaction, or keeps the next event waiting for long.
 *
 * <p>Confined to its stream thread.
 */
final class FanOut {
    private static final int MOST_PARTS = 32;
    private static final long STEP_BYTES = 16L * 1024 * 1024;

    private final ProcessorContext<byte[], byte[]> context;
    private final int chunk;
    private final RouterMetrics metrics;

    /**
     * With what one step may take.
     *
     * @param chunk the most deliveries of one step
     */
    FanOut(ProcessorContext<byte[], byte[]> context, int chunk, RouterMetrics metrics) {
        this.context = context;
        this.chunk = chunk;
        this.metrics = metrics;
    }

    /**
     * Sends an event on.
     *
     * @param matches  those of the range that want it
     * @param routedAt how far subscriptions were read when the event was routed
     * @return whether it was delivered in one go
     */
    boolean send(
            Event event,
            DeliveryHeaders headers,
            HashRange range,
            SubscriptionVersion routedAt,
            List<Candidate> matches) {
        int parts = parts(matches.size(), RecordBytes.of(event.data(), headers.shared()));
        if (parts > 1 && range.canSplit(parts)) {
            split(event, headers, range, routedAt, parts);
            return false;
        }
        deliver(event, headers, matches);
        return true;
    }

    private int parts(long matches, long bytes) {
        long byCount = (matches + chunk - 1) / chunk;
        long byBytes = (matches * bytes + STEP_BYTES - 1) / STEP_BYTES;
        return (int) Math.min(Math.max(byCount, byBytes), MOST_PARTS);
    }

    private void split(Event event, DeliveryHeaders headers, HashRange range, SubscriptionVersion routedAt, int parts) {
        long nowMillis = context.currentSystemTimeMs();
        for (int i = 0; i < parts; i++) {
            HashRange part = range.part(i, parts);
            Headers chunkHeaders = new RecordHeaders(headers.shared());
            new EventChunk(part, routedAt, headers.acceptedAtMillis()).writeHeaders(chunkHeaders);
            // spreads the chunks over the partitions
            byte[] key = (event.id() + ' ' + part.text()).getBytes(UTF_8);
            context.forward(new Record<>(key, event.data(), nowMillis, chunkHeaders), RouterTopology.FANOUT);
        }
        metrics.split(parts);
    }

    private void deliver(Event event, DeliveryHeaders headers, List<Candidate> matches) {
        // not the event's time: a delivery is kept for days from now, also where its event waited for days
        long nowMillis = context.currentSystemTimeMs();
        for (Candidate match : matches) {
            context.forward(
                    new Record<>(match.key(), event.data(), nowMillis, headers.of(match)), RouterTopology.DELIVERIES);
        }
        metrics.delivered(matches.size());
    }
}

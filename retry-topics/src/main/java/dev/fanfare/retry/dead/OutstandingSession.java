package dev.fanfare.retry.dead;

import dev.fanfare.contract.RecordHeaders;
import dev.fanfare.contract.delivery.DeliveryRecords;
import dev.fanfare.contract.delivery.Verdict;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.runtime.session.CatchUp;
import dev.fanfare.runtime.session.Session;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** Follows its partitions of the dead letters from their beginning, and counts. Confined to one thread. */
final class OutstandingSession implements ConsumerRebalanceListener, Session {
    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(3);
    private static final long PROVEN_MILLIS = 10_000;
    private static final long PRUNE_MILLIS = 60_000;
    private static final Map<String, Integer> REASONS = reasons();

    private final Consumer<byte[], byte[]> consumer;
    private final OutstandingMeters meters;
    private final CatchUp catchUp;
    private final Map<TopicPartition, OutstandingLetters> partitions = new HashMap<>();
    private final long begunAtMillis = ticks();
    private long prunedAtMillis = begunAtMillis;

    /** Takes the consumer over. */
    OutstandingSession(Consumer<byte[], byte[]> consumer, OutstandingMeters meters) {
        this.consumer = consumer;
        this.meters = meters;
        this.catchUp = new CatchUp(consumer);
    }

    private static Map<String, Integer> reasons() {
        Map<String, Integer> reasons = new HashMap<>();
        for (Verdict verdict : Verdict.values()) {
            if (verdict.isDeadLetter()) {
                reasons.put(verdict.text(), verdict.ordinal());
            }
        }
        return reasons;
    }

    @Override
    public void begin() {
        consumer.subscribe(List.of(Topics.DEAD_LETTERS), this);
    }

    @Override
    public void step() {
        for (ConsumerRecord<byte[], byte[]> message : consumer.poll(POLL)) {
            OutstandingLetters letters = partitions.get(new TopicPartition(message.topic(), message.partition()));
            if (letters != null && message.key() != null) {
                count(letters, message);
            }
        }
        if (ticks() - prunedAtMillis > PRUNE_MILLIS) {
            prunedAtMillis = ticks();
            Map<TopicPartition, Long> beginnings = consumer.beginningOffsets(partitions.keySet());
            partitions.forEach((id, letters) -> letters.beginsAt(beginnings.getOrDefault(id, 0L)));
        }
        if (waitsFor() == null) {
            meters.show(partitions.values());
        }
    }

    private static void count(OutstandingLetters letters, ConsumerRecord<byte[], byte[]> message) {
        long hash = OutstandingLetters.hash(message.key());
        if (message.value() == null) {
            letters.resolved(hash);
        } else {
            String reason = RecordHeaders.text(message.headers(), DeliveryRecords.REASON);
            letters.died(
                    hash,
                    message.offset(),
                    message.timestamp(),
                    REASONS.getOrDefault(reason == null ? "" : reason, OutstandingLetters.OTHER));
        }
    }

    @Override
    public boolean isProven() {
        return ticks() - begunAtMillis > PROVEN_MILLIS;
    }

    @Override
    public @Nullable String waitsFor() {
        return catchUp.waitsFor("reading what is outstanding");
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> assigned) {
        assigned.forEach(id -> partitions.put(id, new OutstandingLetters()));
        catchUp.assigned(assigned);
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> revoked) {
        partitions.keySet().removeAll(revoked);
        catchUp.revoked(revoked);
    }

    @Override
    public void wakeUp() {
        consumer.wakeup();
    }

    @Override
    public void close() {
        consumer.close(CloseOptions.timeout(CLOSE_TIMEOUT));
    }

    private static long ticks() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
    }
}

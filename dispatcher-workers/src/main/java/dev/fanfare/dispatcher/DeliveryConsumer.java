package dev.fanfare.dispatcher;

import dev.fanfare.contract.topic.Topics;
import dev.fanfare.dispatcher.commit.Fenced;
import dev.fanfare.dispatcher.commit.Outbox;
import dev.fanfare.dispatcher.commit.OutcomeTransaction;
import dev.fanfare.dispatcher.intake.AssignedPartition;
import dev.fanfare.dispatcher.intake.AssignedPartitions;
import dev.fanfare.dispatcher.intake.CommittedOffsets;
import dev.fanfare.dispatcher.intake.Intake;
import dev.fanfare.dispatcher.outcome.OpenDelivery;
import dev.fanfare.dispatcher.outcome.Outcome;
import dev.fanfare.dispatcher.send.Shards;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The poll thread: everything that touches the consumer, the ledgers and the transaction happens here, in turn.
 *
 * <pre>
 *          ┌───────────────────────────── poll ◀──────────────────────────────┐
 *          ▼                                                                  │
 * deliveries ─▶ Intake ─▶ lanes ─▶ (reactor threads) ─▶ outbox ─▶ OutcomeTransaction ─▶ commit, now and then
 * </pre>
 *
 * It never waits for HTTP, but for one bounded moment when partitions are taken away.
 */
final class DeliveryConsumer implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(DeliveryConsumer.class);
    private static final Duration POLL_IDLE = Duration.ofMillis(100);
    private static final Duration POLL_BUSY = Duration.ofMillis(10);
    private static final long WHILE_PAUSED_NANOS = 1_000_000L;
    /** Short: the other partitions wait meanwhile. */
    private static final Duration RESTORE_TIMEOUT = Duration.ofMillis(500);

    private static final Duration SETTLE_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration UNCOMMITTED_TOO_LONG = Duration.ofSeconds(10);
    private static final long PAUSE_AFTER_FAULT_MILLIS = 500;

    private final Consumer<byte[], byte[]> consumer;
    private final AssignedPartitions partitions;
    private final Intake intake;
    private final Shards shards;
    private final Outbox outbox;
    private final OutcomeTransaction transaction;
    private final Supplier<UUID> topicIds;
    private final Duration drainTimeout;
    private final Backlog backlog;
    /** Ours, but where they begin has yet to be learnt. */
    private final Set<TopicPartition> unrestored = new HashSet<>();

    private String lastFault = "";
    private @Nullable String outage;
    private UUID topicId = new UUID(0, 0);
    private volatile boolean stopping;
    private volatile @Nullable String trouble = "starting";
    private volatile @Nullable String fault;

    /**
     * With what it takes.
     *
     * @param topicIds asks for the present id of the deliveries topic; blocks
     */
    DeliveryConsumer(
            Consumer<byte[], byte[]> consumer,
            AssignedPartitions partitions,
            Intake intake,
            Shards shards,
            Outbox outbox,
            OutcomeTransaction transaction,
            Supplier<UUID> topicIds,
            Duration drainTimeout) {
        this.consumer = consumer;
        this.partitions = partitions;
        this.intake = intake;
        this.shards = shards;
        this.outbox = outbox;
        this.transaction = transaction;
        this.topicIds = topicIds;
        this.drainTimeout = drainTimeout;
        this.backlog = new Backlog(partitions, consumer, shards);
    }

    /** Asks the loop to end: it drains, commits, leaves the group. */
    void stop() {
        stopping = true;
    }

    /** What keeps it from its work, in words; null where nothing does. Any thread. */
    @Nullable String trouble() {
        return trouble;
    }

    /** What ended it though nobody told it to stop, and a restart may mend; null where nothing did. Any thread. */
    @Nullable String fault() {
        return fault;
    }

    /** What its partitions have in store. Any thread. */
    Backlog backlog() {
        return backlog;
    }

    @Override
    public void run() {
        try {
            consumer.subscribe(List.of(Topics.DELIVERIES), new Rebalances());
            while (!stopping) {
                turn();
            }
            release(partitions.all());
            trouble = "stopped";
        } catch (Fenced e) {
            trouble = "another process has the same instance id, and took over";
            LOG.error(
                    "dispatcher stops: another process took over its transactional id. Give each process an instance id"
                            + " of its own, then restart this one",
                    e);
        } catch (RuntimeException | Error e) {
            trouble = "stopped by a fault: " + e;
            fault = trouble;
            LOG.error("dispatcher stops after a fault; restart it, and please report this", e);
        } finally {
            end();
        }
    }

    private void turn() {
        try {
            restore();
            takeOutcomes();
            transaction.advance();
            outage = intake.survey();
            partitions.inTurn().forEach(this::admit);
            shards.pump();
            receive(poll());
            backlog.count();
            trouble = whatIsWrong();
        } catch (KafkaException e) {
            trouble = "Kafka: " + e.getMessage();
            if (!e.toString().equals(lastFault)) {
                lastFault = e.toString();
                LOG.error("Kafka refuses, trying again until it doesn't", e);
            }
            pause();
        }
    }

    /**
     * While something that was polled is left, the wait is ours: lanes make room, and outcomes come, within a millisecond.
     * Besides, with records of a paused partition in its buffer the consumer doesn't wait, it looks again and again until
     * the time is up.
     */
    private ConsumerRecords<byte[], byte[]> poll() {
        if (!partitions.anyLeft()) {
            return consumer.poll(isBusy() ? POLL_BUSY : POLL_IDLE);
        }
        ConsumerRecords<byte[], byte[]> batch = consumer.poll(Duration.ZERO);
        if (batch.isEmpty()) {
            LockSupport.parkNanos(WHILE_PAUSED_NANOS);
        }
        return batch;
    }

    private @Nullable String whatIsWrong() {
        long oldest = transaction.oldestSinceNanos();
        if (oldest != 0 && System.nanoTime() - oldest > UNCOMMITTED_TOO_LONG.toNanos()) {
            return "Kafka has taken no outcomes for " + UNCOMMITTED_TOO_LONG.toSeconds() + " s, so nothing is sent";
        }
        if (outage != null) {
            return outage;
        }
        return unrestored.isEmpty() ? null : "waiting to learn where its partitions begin";
    }

    private boolean isBusy() {
        return shards.held() > 0 || transaction.oldestSinceNanos() != 0;
    }

    private void takeOutcomes() {
        for (Outcome outcome = outbox.poll(); outcome != null; outcome = outbox.poll()) {
            transaction.add(outcome);
        }
    }

    private void admit(AssignedPartition partition) {
        intake.admit(partition, topicId);
        if (partition.ledger().isCrowded() || intake.isStuck(partition)) {
            intake.relieve(partition);
        }
        // Seldom: each waits for the consumer's own thread.
        if (partition.isPaused() && partition.needsMore()) {
            partition.paused(false);
            consumer.resume(List.of(partition.id()));
        } else if (!partition.isPaused() && partition.hasEnough()) {
            partition.paused(true);
            consumer.pause(List.of(partition.id()));
        }
    }

    private void receive(ConsumerRecords<byte[], byte[]> batch) {
        Map<TopicPartition, OffsetAndMetadata> next = batch.nextOffsets();
        next.forEach((id, after) -> {
            AssignedPartition partition = partitions.get(id);
            if (partition != null) {
                List<ConsumerRecord<byte[], byte[]>> records = batch.records(id);
                partition.receive(records, after.offset());
                admit(partition);
            }
        });
        shards.pump();
    }

    /** Learns where new partitions begin. Until then they are paused, and no other partition waits for them. */
    private void restore() {
        if (unrestored.isEmpty()) {
            return;
        }
        Map<TopicPartition, @Nullable OffsetAndMetadata> committed;
        Map<TopicPartition, Long> first;
        try {
            topicId = topicIds.get();
            committed = CommittedOffsets.read(consumer, unrestored, RESTORE_TIMEOUT);
            first = consumer.beginningOffsets(Set.copyOf(unrestored), RESTORE_TIMEOUT);
        } catch (KafkaException e) {
            // A transaction that a dead peer left open is in the way until the broker ends it, for example.
            LOG.info("where partitions begin is not known yet partitions={} cause={}", unrestored, e.toString());
            return;
        }
        for (TopicPartition id : Set.copyOf(unrestored)) {
            OffsetAndMetadata from = committed.get(id);
            if (from == null) {
                consumer.seekToBeginning(List.of(id));
            } else {
                tellWhatIsGone(id, from.offset(), first.getOrDefault(id, 0L));
                consumer.seek(id, from.offset());
            }
            partitions.add(id, from, topicId);
            unrestored.remove(id);
            consumer.resume(List.of(id));
            LOG.info("partition assigned partition={} offset={}", id, from == null ? "none" : from.offset());
        }
    }

    private static void tellWhatIsGone(TopicPartition id, long next, long first) {
        // behind the last delivery there is the marker of its transaction: gone after an idle week, that is no loss
        if (first - next > 1) {
            LOG.error(
                    "deliveries were deleted before they were sent, by the topic's retention or by somebody: raise its"
                            + " retention.ms, and replay their events partition={} from={} before={}",
                    id,
                    next,
                    first);
        }
    }

    /**
     * Partitions are taken away: what waits is dropped, what is under way is waited for within bounds, and what finished
     * is committed.
     */
    private void release(List<AssignedPartition> leaving) {
        if (leaving.isEmpty()) {
            return;
        }
        Map<AssignedPartition, Integer> dropped = new HashMap<>();
        for (AssignedPartition partition : leaving) {
            dropped.put(partition, partition.dropReceived());
        }
        shards.dropQueued(open -> {
            AssignedPartition owner = owner(leaving, open);
            if (owner != null) {
                dropped.merge(owner, 1, Integer::sum);
            }
            return owner != null;
        });
        long deadline = System.nanoTime() + drainTimeout.toNanos();
        while (underWay(leaving, dropped) > 0 && System.nanoTime() - deadline < 0) {
            awaitOutcome();
            takeOutcomes();
            transaction.advance();
        }
        int left = underWay(leaving, dropped);
        if (left > 0) {
            LOG.warn(
                    "attempts are given up, their deliveries will be sent again attempts={} waited={}",
                    left,
                    drainTimeout);
            shards.giveUp(open -> owner(leaving, open) != null);
        }
        takeOutcomes();
        if (!transaction.settle(SETTLE_TIMEOUT)) {
            LOG.warn("outcomes could not be committed in time, their deliveries will be sent again");
        }
        partitions.remove(leaving.stream().map(AssignedPartition::id).toList());
        transaction.dropDisowned();
    }

    private static @Nullable AssignedPartition owner(List<AssignedPartition> among, OpenDelivery open) {
        for (AssignedPartition partition : among) {
            if (partition.owns(open)) {
                return partition;
            }
        }
        return null;
    }

    /** Open, not dropped, and without an outcome in the transaction. */
    private static int underWay(List<AssignedPartition> leaving, Map<AssignedPartition, Integer> dropped) {
        return leaving.stream()
                .mapToInt(partition -> partition.ledger().openCount() - dropped.getOrDefault(partition, 0))
                .sum();
    }

    private void awaitOutcome() {
        try {
            Outcome outcome = outbox.poll(POLL_BUSY);
            if (outcome != null) {
                transaction.add(outcome);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(PAUSE_AFTER_FAULT_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void end() {
        // After a fault nothing is committed any more: closing must not try.
        partitions.remove(partitions.all().stream().map(AssignedPartition::id).toList());
        shards.close();
        closeQuietly("consumer", () -> consumer.close());
        closeQuietly("producer", transaction::close);
    }

    private static void closeQuietly(String what, Runnable close) {
        try {
            close.run();
        } catch (KafkaException e) {
            LOG.warn("closing failed what={} cause={}", what, e.toString());
        }
    }

    /** Called by the consumer, within poll and close. */
    private final class Rebalances implements ConsumerRebalanceListener {
        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> assigned) {
            consumer.pause(assigned);
            unrestored.addAll(assigned);
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> revoked) {
            LOG.info("partitions revoked partitions={}", revoked);
            unrestored.removeAll(revoked);
            release(partitions.get(revoked));
        }

        @Override
        public void onPartitionsLost(Collection<TopicPartition> lost) {
            LOG.warn("partitions lost: this process was too slow for the group, or cut off partitions={}", lost);
            unrestored.removeAll(lost);
            List<AssignedPartition> leaving = partitions.get(lost);
            leaving.forEach(AssignedPartition::dropReceived);
            shards.dropQueued(open -> owner(leaving, open) != null);
            shards.giveUp(open -> owner(leaving, open) != null);
            partitions.remove(lost);
            transaction.dropDisowned();
        }
    }
}

package dev.fanfare.retry.relay;

import dev.fanfare.contract.topic.Tier;
import dev.fanfare.runtime.kafka.KafkaAnswer;
import dev.fanfare.runtime.session.Session;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One consumer and one producer at work, until something fails that they can't go on from.
 *
 * <pre>
 * poll ─▶ WaitingRoom ── heads that leave now ─▶ begin · append · offsets · commit ─▶ release
 *   ▲          │                                          │ refused (a rebalance came between)
 *   │          └ partitions with somebody waiting         └─▶ abort: all stay in the room
 *   └───────────── are paused; the others are polled
 * </pre>
 *
 * <p>A transaction never spans a poll, so a rebalance, which happens inside poll, finds none open: there is nothing to
 * commit when partitions are revoked, and what is forgotten then is given again to the next owner by the committed
 * offsets. Confined to the poll thread.
 */
final class RelaySession implements ConsumerRebalanceListener, Session {
    private static final Logger LOG = LoggerFactory.getLogger(RelaySession.class);

    private static final long LONGEST_POLL_MILLIS = 1_000;
    /** After so long without an answer of the broker's, its time is asked for again. */
    private static final long RELEARN_TICKS = 60_000;

    private static final long PROVEN_TICKS = 10_000;
    private static final long COUNT_TICKS = 5_000;
    /** Short: what is due waits meanwhile. */
    private static final Duration COUNT_TIMEOUT = Duration.ofMillis(300);

    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(3);
    private static final byte[] PROBE = {};

    private final Consumer<byte[], byte[]> consumer;
    private final Producer<byte[], byte[]> producer;
    private final Map<String, Tier> tiersByTopic;
    private final List<Tier> ascending;
    private final LongSupplier ticks;
    private final RelayMeters meters;
    private final BrokerClock clock = new BrokerClock();
    private final WaitingRoom room = new WaitingRoom();
    private final Set<TopicPartition> paused = new HashSet<>();
    private long begunAtTicks;
    private long countedAtTicks;
    private boolean committed;

    /**
     * Takes over both clients and closes them.
     *
     * @param tiersByTopic what to read
     * @param ascending    what may be written to, shortest first
     * @param ticks        milliseconds that never jump, from any start
     */
    RelaySession(
            Consumer<byte[], byte[]> consumer,
            Producer<byte[], byte[]> producer,
            Map<String, Tier> tiersByTopic,
            List<Tier> ascending,
            LongSupplier ticks,
            RelayMeters meters) {
        this.consumer = consumer;
        this.producer = producer;
        this.tiersByTopic = tiersByTopic;
        this.ascending = ascending;
        this.ticks = ticks;
        this.meters = meters;
    }

    /** Ends what an earlier session left open under the same transactional id, and joins the group. */
    @Override
    public void begin() {
        begunAtTicks = ticks.getAsLong();
        countedAtTicks = begunAtTicks;
        producer.initTransactions();
        consumer.subscribe(tiersByTopic.keySet(), this);
    }

    /** Whether it has shown that it works: moved something, or had ten seconds without trouble. */
    @Override
    public boolean isProven() {
        return committed || ticks.getAsLong() - begunAtTicks > PROVEN_TICKS;
    }

    @Override
    public @Nullable String waitsFor() {
        return Session.joining(consumer);
    }

    /** One turn: polls, for a second at most, and moves on all that may leave. */
    @Override
    public void step() {
        for (ConsumerRecord<byte[], byte[]> message : consumer.poll(untilNextLeaves())) {
            Tier tier = tiersByTopic.get(message.topic());
            if (tier == null) {
                throw new IllegalStateException("topic " + message.topic() + " was not subscribed to");
            }
            room.add(Waiting.of(message, tier.delay()));
        }
        if (!room.isEmpty() && clock.ticksSinceLearnt(ticks.getAsLong()) > RELEARN_TICKS) {
            learnTheTime(room.nextToLeave());
        }
        long nowMillis = clock.nowMillis(ticks.getAsLong());
        List<Waiting> leaving = room.leaving(nowMillis);
        if (!leaving.isEmpty()) {
            relay(leaving, nowMillis);
        }
        pauseTheOccupied();
        if (ticks.getAsLong() - countedAtTicks >= COUNT_TICKS) {
            countedAtTicks = ticks.getAsLong();
            countTheWaiting();
        }
    }

    /**
     * Those in the room, and those on the topics that were not fetched yet. The broker is asked: what comes into a
     * partition that is paused, this consumer doesn't see.
     */
    private void countTheWaiting() {
        Map<String, Long> counts = new HashMap<>();
        room.counts().forEach((partition, here) -> counts.merge(partition.topic(), (long) here, Long::sum));
        try {
            for (Map.Entry<TopicPartition, Long> end :
                    consumer.endOffsets(consumer.assignment(), COUNT_TIMEOUT).entrySet()) {
                long position = consumer.position(end.getKey(), COUNT_TIMEOUT);
                counts.merge(end.getKey().topic(), Math.max(0, end.getValue() - position), Long::sum);
            }
            meters.waiting(counts);
        } catch (TimeoutException e) {
            LOG.debug("how many wait is not known now", e);
        }
    }

    private Duration untilNextLeaves() {
        long millis = LONGEST_POLL_MILLIS;
        if (!room.isEmpty()) {
            long next = room.nextLeavesAtMillis();
            long now = clock.nowMillis(ticks.getAsLong());
            millis = next <= now ? 0 : Math.min(millis, next - now);
        }
        return Duration.ofMillis(millis);
    }

    /**
     * Asks the broker for its time: a record that is appended and then aborted. Readers of what is committed never see
     * it, and its acknowledgement carries the append time.
     */
    private void learnTheTime(TopicPartition partition) {
        producer.beginTransaction();
        long sentTicks = ticks.getAsLong();
        RecordMetadata probe = KafkaAnswer.await(
                producer.send(new ProducerRecord<>(partition.topic(), partition.partition(), null, PROBE)),
                ANSWER_TIMEOUT,
                "asking the broker for its time");
        clock.acked(sentTicks, probe.timestamp(), ticks.getAsLong());
        producer.abortTransaction();
    }

    private void relay(List<Waiting> leaving, long nowMillis) {
        List<Onward> onward = leaving.stream()
                .map(waiting -> Onward.of(waiting, ascending, nowMillis))
                .toList();
        Map<TopicPartition, OffsetAndMetadata> offsets = offsetsAfter(leaving);
        long sentTicks = ticks.getAsLong();
        Future<RecordMetadata> hop = null;
        producer.beginTransaction();
        for (Onward next : onward) {
            Future<RecordMetadata> ack = producer.send(next.message());
            hop = next instanceof Onward.Hop ? ack : hop;
        }
        try {
            producer.sendOffsetsToTransaction(offsets, consumer.groupMetadata());
        } catch (CommitFailedException e) {
            // The group moved on since the last poll. The next poll tells what is still ours.
            LOG.debug("offsets refused, trying again after the rebalance records={}", leaving.size(), e);
            producer.abortTransaction();
            return;
        }
        // If this fails, it is open whether the broker committed: only a new session, which begins from the committed
        // offsets, knows.
        producer.commitTransaction();
        committed = true;
        room.release(leaving);
        learnFrom(hop, sentTicks);
        count(leaving, onward);
    }

    private Map<TopicPartition, OffsetAndMetadata> offsetsAfter(List<Waiting> leaving) {
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        for (Waiting waiting : leaving) {
            ConsumerRecord<byte[], byte[]> message = waiting.message();
            offsets.put(waiting.partition(), new OffsetAndMetadata(message.offset() + 1, message.leaderEpoch(), ""));
        }
        return offsets;
    }

    /** A hop went to a tier, where the append time is the broker's. (That of a delivery is the producer's.) */
    private void learnFrom(@Nullable Future<RecordMetadata> hop, long sentTicks) {
        if (hop != null) {
            RecordMetadata acked = KafkaAnswer.await(hop, ANSWER_TIMEOUT, "reading an acknowledgement");
            clock.acked(sentTicks, acked.timestamp(), ticks.getAsLong());
        }
    }

    private void count(List<Waiting> left, List<Onward> onward) {
        long nowMillis = clock.nowMillis(ticks.getAsLong());
        for (int i = 0; i < left.size(); i++) {
            Waiting waiting = left.get(i);
            meters.left(
                    waiting.message().topic(),
                    onward.get(i),
                    nowMillis - waiting.stay().dueAtMillis());
        }
    }

    private void pauseTheOccupied() {
        Set<TopicPartition> emptied = new HashSet<>(paused);
        emptied.removeAll(room.occupied());
        Set<TopicPartition> newlyOccupied = new HashSet<>(room.occupied());
        newlyOccupied.removeAll(paused);
        if (!emptied.isEmpty()) {
            consumer.resume(emptied);
            paused.removeAll(emptied);
        }
        if (!newlyOccupied.isEmpty()) {
            consumer.pause(newlyOccupied);
            paused.addAll(newlyOccupied);
        }
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
        room.forget(partitions);
        paused.removeAll(partitions);
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
        consumer.resume(partitions);
    }

    @Override
    public void wakeUp() {
        consumer.wakeup();
    }

    @Override
    public void close() {
        try {
            consumer.close(CloseOptions.timeout(CLOSE_TIMEOUT));
        } finally {
            producer.close(CLOSE_TIMEOUT);
        }
    }
}

package dev.fanfare.dispatcher.commit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.contract.topic.Tier;
import dev.fanfare.dispatcher.intake.AssignedPartition;
import dev.fanfare.dispatcher.intake.AssignedPartitions;
import dev.fanfare.dispatcher.intake.CommittedOffsets;
import dev.fanfare.dispatcher.outcome.Outcome;
import dev.fanfare.dispatcher.outcome.Outcomes;
import dev.fanfare.retry.plan.RetryPlanner;
import dev.fanfare.runtime.kafka.KafkaConnection;
import dev.fanfare.testkit.TestBroker;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of the offsets of a commit that fails: found by seed 209 of the torture. */
class FailedCommitIT {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final Duration A_MOMENT = Duration.ofMillis(300);
    private static final UUID TOPIC_ID = new UUID(1, 2);
    private static final String GROUP = "dispatchers";

    private final AssignedPartitions partitions = new AssignedPartitions();
    private final Outbox outbox = new Outbox();
    private final Outcomes outcomes = new Outcomes(new RetryPlanner(Tier.DEFAULTS, Duration.ofHours(1)));
    private final AtomicInteger refusals = new AtomicInteger();
    private final AtomicInteger handedOverJustBefore = new AtomicInteger();

    /** Holds the thread that sends to Kafka, which has a good answer; null while it isn't held. */
    private volatile CountDownLatch held;

    private volatile boolean refused;

    private TestBroker broker;
    private KafkaConnection kafka;
    private Consumer<byte[], byte[]> consumer;
    private OutcomeTransaction transaction;
    private AssignedPartition lost;
    private AssignedPartition kept;
    private String wide;
    private String narrow;

    @BeforeEach
    void join() {
        broker = TestBroker.fresh();
        String source = broker.newTopic("source", 2);
        wide = broker.newTopic("wide", 1);
        narrow = broker.newTopic("narrow", 1, Map.of("max.message.bytes", "150"));
        kafka = KafkaConnection.to(broker.bootstrapServers());
        consumer = kafka.member("dispatcher", GROUP, 1);
        consumer.subscribe(List.of(source));
        Awaitility.await().atMost(PATIENCE).pollInSameThread().until(() -> {
            consumer.poll(Duration.ofMillis(50));
            return consumer.assignment().size() == 2;
        });
        lost = partitions.add(new TopicPartition(source, 0), null, TOPIC_ID);
        kept = partitions.add(new TopicPartition(source, 1), null, TOPIC_ID);
        transaction = new OutcomeTransaction(
                () -> meddled(kafka.producer("dispatcher", Map.of("transactional.id", "dispatcher"))),
                consumer,
                partitions,
                outbox,
                outcomes::tooLarge,
                Duration.ofMinutes(1),
                Duration.ofSeconds(60));
        transaction.start();
    }

    @AfterEach
    void leave() {
        transaction.close();
        consumer.close();
        broker.close();
    }

    @Test
    void offsetsOfACommitThatFailedDoNotSetBackWhoHasThePartitionNow() {
        beRefusedThenLoseThePartition();

        commitAsItsNextOwner(700);
        commitSomethingElse();

        assertThat(committed(lost)).isEqualTo(new OffsetAndMetadata(700));
    }

    @Test
    void offsetsOfACommitThatFailedDoNotPassOverWhatHasNoOutcome() {
        beRefusedThenLoseThePartition();

        commitSomethingElse();

        assertThat(committed(lost)).isNull();
    }

    /** Kafka refuses just after the offsets were handed over; or, where that can't be, again and again. */
    private void beRefusedThenLoseThePartition() {
        byte[] tooLarge =
                Stream.generate(UUID::randomUUID).limit(20).toList().toString().getBytes(StandardCharsets.UTF_8);
        add(lost, () -> List.of(new ProducerRecord<>(wide, new byte[10]), new ProducerRecord<>(narrow, tooLarge)));
        Awaitility.await().atMost(PATIENCE).pollInSameThread().until(() -> {
            transaction.settle(A_MOMENT);
            return refusals.get() >= 8 || refusals.get() > 0 && handedOverJustBefore.get() > 0;
        });
        partitions.remove(List.of(lost.id()));
        transaction.dropDisowned();
    }

    private void commitSomethingElse() {
        add(kept, () -> List.of(new ProducerRecord<>(wide, new byte[10])));
        assertThat(transaction.settle(PATIENCE)).isTrue();
        assertThat(committed(kept)).isEqualTo(new OffsetAndMetadata(1));
    }

    private OffsetAndMetadata committed(AssignedPartition partition) {
        return CommittedOffsets.read(consumer, Set.of(partition.id()), PATIENCE).get(partition.id());
    }

    private void commitAsItsNextOwner(long offset) {
        try (Producer<byte[], byte[]> peer = kafka.producer("peer", Map.of("transactional.id", "peer"))) {
            peer.initTransactions();
            peer.beginTransaction();
            peer.sendOffsetsToTransaction(Map.of(lost.id(), new OffsetAndMetadata(offset)), consumer.groupMetadata());
            peer.commitTransaction();
        }
    }

    private void add(AssignedPartition partition, Outcome.Records records) {
        long offset = partition.ledger().position();
        partition.ledger().open(offset);
        outbox.add(new Outcome(partition.id(), offset, partition.ledger().epoch(), 100, records));
        transaction.add(outbox.poll());
    }

    /** Hands everything on, so that offsets are given to the producer between a good answer and a refusal where possible. */
    @SuppressWarnings("unchecked")
    private Producer<byte[], byte[]> meddled(Producer<byte[], byte[]> real) {
        return (Producer<byte[], byte[]>) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Producer.class}, (proxy, method, arguments) -> {
                    switch (method.getName()) {
                        case "send" -> {
                            Callback callback = (Callback) arguments[1];
                            arguments[1] = (Callback) (metadata, failure) -> {
                                callback.onCompletion(metadata, failure);
                                afterAnswer(failure);
                            };
                        }
                        case "beginTransaction" -> refused = false;
                        case "sendOffsetsToTransaction" -> awaitGoodAnswer();
                        default -> {}
                    }
                    try {
                        return method.invoke(real, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private void afterAnswer(Exception failure) {
        if (failure != null) {
            refused = true;
            refusals.incrementAndGet();
            return;
        }
        CountDownLatch mine = new CountDownLatch(1);
        held = mine;
        try {
            boolean unused = mine.await(A_MOMENT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        held = null;
    }

    private void awaitGoodAnswer() {
        long deadline = System.nanoTime() + A_MOMENT.toNanos();
        while (held == null && System.nanoTime() < deadline) {
            Thread.onSpinWait();
        }
        CountDownLatch holding = held;
        if (holding != null) {
            handedOverJustBefore.addAndGet(refused ? 0 : 1);
            openWhenWaiting(Thread.currentThread(), holding);
        }
    }

    /** Once a thread has handed over what it has to, it waits for the answer. */
    private static void openWhenWaiting(Thread thread, CountDownLatch latch) {
        Thread watch = new Thread(() -> {
            Awaitility.await()
                    .atMost(PATIENCE)
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(2))
                    .until(() -> thread.getState() == Thread.State.TIMED_WAITING
                            || thread.getState() == Thread.State.WAITING);
            latch.countDown();
        });
        watch.setDaemon(true);
        watch.start();
    }
}

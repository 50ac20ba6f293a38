package dev.fanfare.dispatcher.commit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.contract.delivery.DeliveryId;
import dev.fanfare.contract.delivery.DeliveryRecords;
import dev.fanfare.contract.topic.Tier;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.dispatcher.intake.AssignedPartition;
import dev.fanfare.dispatcher.intake.AssignedPartitions;
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
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TimeoutException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whatever happens to a transaction, each outcome is committed once, with its offset. */
class OutcomeTransactionIT {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final UUID TOPIC_ID = new UUID(1, 2);
    private static final AtomicInteger NUMBER = new AtomicInteger();
    private static TestBroker broker;

    private final Outcomes outcomes = new Outcomes(new RetryPlanner(Tier.DEFAULTS, Duration.ofHours(1)));
    private final List<Fault> faults = new CopyOnWriteArrayList<>();
    private final Outbox outbox = new Outbox();
    private final AssignedPartitions partitions = new AssignedPartitions();
    private final String id = "tx-" + NUMBER.incrementAndGet();
    /** Records that were taken or given up. */
    private final AtomicInteger answers = new AtomicInteger();

    /** Commits wait for it. */
    private volatile CountDownLatch held = new CountDownLatch(0);

    private String source;
    private String target;
    private KafkaConnection kafka;
    private Consumer<byte[], byte[]> consumer;
    private AssignedPartition partition;
    private OutcomeTransaction transaction;

    /** What happens at the n-th call of a producer's method, all producers together. */
    private record Fault(String method, boolean reachesKafka, RuntimeException thrown) {}

    @BeforeAll
    static void startBroker() {
        broker = TestBroker.fresh(Map.of("transaction.abort.timed.out.transaction.cleanup.interval.ms", "200"));
        broker.createFanfareTopics();
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    @BeforeEach
    void join() {
        source = broker.newTopic("source", 1);
        target = broker.newTopic("target", 1);
        kafka = KafkaConnection.to(broker.bootstrapServers());
        consumer = kafka.consumer(id, Map.of("group.id", id, "group.protocol", "consumer"));
        consumer.subscribe(List.of(source));
        Awaitility.await().atMost(PATIENCE).pollInSameThread().until(() -> {
            consumer.poll(Duration.ofMillis(50));
            return !consumer.assignment().isEmpty();
        });
        partition = partitions.add(new TopicPartition(source, 0), null, TOPIC_ID);
        transaction = transaction(Duration.ofSeconds(10));
        transaction.start();
    }

    @AfterEach
    void leave() {
        transaction.close();
        consumer.close();
        assertThat(outbox.bytes()).isEqualTo(transaction.oldestSinceNanos() == 0 ? 0 : 100);
    }

    @Test
    void aStartWithoutATransactionCoordinatorMayBeTriedAgain() {
        transaction.close();
        faults.add(new Fault("initTransactions", false, new TimeoutException("nobody coordinates")));
        transaction = transaction(Duration.ofSeconds(10));
        assertThatThrownBy(() -> transaction.start()).isInstanceOf(TimeoutException.class);
        transaction.start();
        add("a", 0);

        assertThat(transaction.settle(PATIENCE)).isTrue();

        assertThat(committedRecords()).containsExactly("a");
    }

    @Test
    void outcomesAndOffsetsAreCommittedTogether() {
        add("a", 0);
        add("c", 2);

        assertThat(transaction.settle(PATIENCE)).isTrue();

        assertThat(committedRecords()).containsExactly("a", "c");
        assertThat(committed().offset()).isEqualTo(1);
        assertThat(committed().metadata()).isNotEmpty();
        assertThat(transaction.oldestSinceNanos()).isZero();
    }

    @Test
    void beforeTheCommitNothingIsVisible() {
        add("a", 0);
        transaction.advance();

        assertThat(committedRecords()).isEmpty();
        assertThat(transaction.oldestSinceNanos()).isNotZero();
    }

    @Test
    void whileKafkaCommitsTheNextOutcomesAreTakenWithoutWaiting() {
        CountDownLatch hold = new CountDownLatch(1);
        held = hold;
        add("a", 0);
        assertThat(transaction.settle(Duration.ZERO)).isFalse();
        long since = transaction.oldestSinceNanos();

        add("b", 1);
        transaction.advance();

        assertThat(committedRecords()).isEmpty();
        assertThat(transaction.oldestSinceNanos()).isEqualTo(since).isNotZero();
        hold.countDown();
        assertThat(transaction.settle(PATIENCE)).isTrue();
        assertThat(committedRecords()).containsExactly("a", "b");
        assertThat(committed().offset()).isEqualTo(2);
    }

    @Test
    void whatIsLostWhileKafkaRefusesTheCommitIsNotProducedAgain() {
        CountDownLatch hold = new CountDownLatch(1);
        held = hold;
        faults.add(new Fault("sendOffsetsToTransaction", false, new CommitFailedException("stale member")));
        add("a", 0);
        assertThat(transaction.settle(Duration.ZERO)).isFalse();

        partitions.remove(List.of(partition.id()));
        transaction.dropDisowned();
        hold.countDown();

        assertThat(transaction.settle(PATIENCE)).isTrue();
        assertThat(committedRecords()).isEmpty();
        assertThat(transaction.oldestSinceNanos()).isZero();
    }

    @Test
    void aCommitThatHappenedWithoutAnAnswerIsNotRepeatedThoughKafkaIsAwayForAWhile() {
        faults.add(new Fault("commitTransaction", true, new TimeoutException("no answer")));
        faults.add(new Fault("initTransactions", false, new TimeoutException("still away")));
        faults.add(new Fault("initTransactions", true, new TimeoutException("still away")));
        add("a", 0);

        assertThat(transaction.settle(PATIENCE)).isTrue();

        assertThat(committedRecords()).containsExactly("a");
    }

    @Test
    void aCommitThatHappenedWithoutAnAnswerIsNotRepeated() {
        faults.add(new Fault("commitTransaction", true, new TimeoutException("no answer")));
        add("a", 0);

        assertThat(transaction.settle(PATIENCE)).isTrue();

        assertThat(committedRecords()).containsExactly("a");
        assertThat(committed().offset()).isEqualTo(1);
    }

    @Test
    void aCommitThatNeverArrivedIsRepeated() {
        faults.add(new Fault("commitTransaction", false, new TimeoutException("no answer")));
        add("a", 0);

        assertThat(transaction.settle(PATIENCE)).isTrue();

        assertThat(committedRecords()).containsExactly("a");
        assertThat(committed().offset()).isEqualTo(1);
    }

    @Test
    void whatCameWhileACommitWasInDoubtComesAfterIt() {
        faults.add(new Fault("commitTransaction", false, new TimeoutException("no answer")));
        add("a", 0);
        transaction.settle(Duration.ZERO);
        add("b", 1);

        assertThat(transaction.settle(PATIENCE)).isTrue();

        assertThat(committedRecords()).containsExactly("a", "b");
        assertThat(committed().offset()).isEqualTo(2);
    }

    @Test
    void anAbortedTransactionsOutcomesGoIntoTheNext() {
        faults.add(new Fault("sendOffsetsToTransaction", false, new CommitFailedException("stale member")));
        faults.add(new Fault("send", true, new KafkaException("broken")));
        add("a", 0);
        add("b", 1);

        assertThat(transaction.settle(PATIENCE)).isTrue();

        assertThat(committedRecords()).containsExactly("a", "b");
        assertThat(committed().offset()).isEqualTo(2);
    }

    @Test
    void anAbortThatFailsIsLeftToANewProducer() {
        faults.add(new Fault("sendOffsetsToTransaction", false, new TimeoutException("slow")));
        faults.add(new Fault("abortTransaction", false, new TimeoutException("slow")));
        faults.add(new Fault("initTransactions", false, new TimeoutException("slow")));
        add("a", 0);

        assertThat(transaction.settle(PATIENCE)).isTrue();

        assertThat(committedRecords()).containsExactly("a");
    }

    @Test
    void aTransactionThatTheBrokerEndedForItsAgeIsMadeAnew() {
        transaction.close();
        transaction = transaction(Duration.ofSeconds(1));
        transaction.start();
        add("a", 0);
        transaction.advance();
        long written = broker.endOffsets(List.of(target)).get(new TopicPartition(target, 0));

        // The abort marker.
        Awaitility.await()
                .atMost(PATIENCE)
                .until(() -> broker.endOffsets(List.of(target)).get(new TopicPartition(target, 0)) > written
                        && broker.records(target).isEmpty());

        assertThat(transaction.settle(PATIENCE)).isTrue();
        assertThat(committedRecords()).containsExactly("a");
    }

    @Test
    void outcomesOfPartitionsThatWereLostAreTakenOutAgain() {
        add("a", 0);
        transaction.advance();
        partitions.remove(List.of(partition.id()));

        transaction.dropDisowned();

        assertThat(transaction.settle(PATIENCE)).isTrue();
        assertThat(committedRecords()).isEmpty();
        assertThat(transaction.oldestSinceNanos()).isZero();
    }

    @Test
    void outcomesOfAnEarlierAssignmentAreNotTaken() {
        Outcome late = outcome("a", 0);
        partition = partitions.add(partition.id(), null, TOPIC_ID);

        add(late);

        assertThat(transaction.settle(PATIENCE)).isTrue();
        assertThat(committedRecords()).isEmpty();
    }

    @Test
    void whoeverIsFencedStops() {
        add("a", 0);
        transaction.settle(PATIENCE);
        try (Producer<byte[], byte[]> younger = kafka.producer("younger", Map.of("transactional.id", id))) {
            younger.initTransactions();
            add("b", 1);

            assertThatThrownBy(() -> transaction.settle(PATIENCE)).isInstanceOf(Fenced.class);
        }
        assertThat(committedRecords()).containsExactly("a");
    }

    @Test
    void whatIsTooLargeForKafkaBecomesADeadLetterThatSaysSo() {
        Outcome small = outcome("a", 0);
        open(1);
        Outcome large = new Outcome(
                partition.id(),
                1,
                partition.ledger().epoch(),
                3 * 1024 * 1024,
                () -> List.of(new ProducerRecord<>(target, 0, null, new byte[3 * 1024 * 1024])));
        transaction.close();
        transaction = transaction(Duration.ofSeconds(10), Duration.ofSeconds(5));
        transaction.start();
        add(small);
        add(large);
        transaction.advance();
        // the small one was not on its way yet: the producer gives it up, and for the same reason
        Awaitility.await().atMost(PATIENCE).until(() -> answers.get() == 2);

        assertThat(transaction.settle(PATIENCE)).isTrue();

        assertThat(committedRecords()).containsExactly("a");
        assertThat(committed().offset()).isEqualTo(2);
        ConsumerRecord<byte[], byte[]> dead = broker.records(Topics.DEAD_LETTERS).stream()
                .filter(record ->
                        new String(record.key(), StandardCharsets.UTF_8).equals(DeliveryId.ofOrigin(source, 0, 1)))
                .findFirst()
                .orElseThrow();
        assertThat(dead.value()).isEmpty();
        assertThat(new String(dead.headers().lastHeader(DeliveryRecords.ORIGIN).value(), StandardCharsets.UTF_8))
                .isEqualTo(source + "/0/1");
    }

    @Test
    void whatANarrowedTopicRefusesWaitsUntilItIsWideAgain() throws Exception {
        String noise =
                Stream.generate(() -> UUID.randomUUID().toString()).limit(20).collect(Collectors.joining());
        limit(target, "150");
        open(0);
        add(new Outcome(
                partition.id(),
                0,
                partition.ledger().epoch(),
                100,
                () -> List.of(new ProducerRecord<>(target, 0, null, noise.getBytes(StandardCharsets.UTF_8)))));
        transaction.advance();
        // refused twice at least
        Awaitility.await().atMost(PATIENCE).pollInSameThread().until(() -> {
            transaction.settle(Duration.ZERO);
            return answers.get() > 1;
        });
        assertThat(committed()).isNull();

        limit(target, "2097152");

        assertThat(transaction.settle(PATIENCE)).isTrue();
        assertThat(committedRecords()).containsExactly(noise);
        assertThat(committed().offset()).isEqualTo(1);
        assertThat(broker.records(Topics.DEAD_LETTERS))
                .noneMatch(record ->
                        new String(record.key(), StandardCharsets.UTF_8).equals(DeliveryId.ofOrigin(source, 0, 0)));
    }

    private static void limit(String topic, String bytes) throws Exception {
        broker.admin()
                .incrementalAlterConfigs(Map.of(
                        new ConfigResource(ConfigResource.Type.TOPIC, topic),
                        List.of(new AlterConfigOp(
                                new ConfigEntry("max.message.bytes", bytes), AlterConfigOp.OpType.SET))))
                .all()
                .get();
    }

    private OutcomeTransaction transaction(Duration timeout) {
        return transaction(timeout, Duration.ofMillis(5));
    }

    private OutcomeTransaction transaction(Duration timeout, Duration linger) {
        return new OutcomeTransaction(
                () -> faulty(kafka.producer(
                        id,
                        Map.of(
                                "transactional.id",
                                id,
                                "transaction.timeout.ms",
                                (int) timeout.toMillis(),
                                "linger.ms",
                                linger.toMillis(),
                                "max.block.ms",
                                5_000))),
                consumer,
                partitions,
                outbox,
                outcomes::tooLarge,
                Duration.ofMinutes(1),
                timeout);
    }

    /** Hands everything on, but for the first fault that is meant for the method. */
    @SuppressWarnings("unchecked")
    private Producer<byte[], byte[]> faulty(Producer<byte[], byte[]> real) {
        return (Producer<byte[], byte[]>) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Producer.class}, (proxy, method, arguments) -> {
                    Fault fault = faults.stream()
                            .filter(each -> each.method().equals(method.getName()))
                            .findFirst()
                            .orElse(null);
                    faults.remove(fault);
                    if (method.getName().equals("sendOffsetsToTransaction")) {
                        held.await();
                    }
                    if (method.getName().equals("send")) {
                        Callback callback = (Callback) arguments[1];
                        arguments[1] = (Callback) (metadata, failure) -> {
                            callback.onCompletion(metadata, failure);
                            answers.incrementAndGet();
                        };
                    }
                    Object result = null;
                    if (fault == null || fault.reachesKafka()) {
                        try {
                            result = method.invoke(real, arguments);
                        } catch (InvocationTargetException e) {
                            throw e.getCause();
                        }
                    }
                    if (fault != null) {
                        throw fault.thrown();
                    }
                    return result;
                });
    }

    /** As a sending thread and the poll thread do. */
    private void add(Outcome outcome) {
        outbox.add(outcome);
        transaction.add(outbox.poll());
    }

    private void add(String text, long offset) {
        add(outcome(text, offset));
    }

    private Outcome outcome(String text, long offset) {
        open(offset);
        return new Outcome(
                partition.id(),
                offset,
                partition.ledger().epoch(),
                100,
                () -> List.of(new ProducerRecord<>(target, 0, null, text.getBytes(StandardCharsets.UTF_8))));
    }

    private void open(long offset) {
        // Those left out count as open too: nothing is known of them.
        for (long each = partition.ledger().position(); each <= offset; each++) {
            partition.ledger().open(each);
        }
    }

    private List<String> committedRecords() {
        return broker.records(target).stream()
                .map(record -> new String(record.value(), StandardCharsets.UTF_8))
                .toList();
    }

    private OffsetAndMetadata committed() {
        return consumer.committed(java.util.Set.of(partition.id()), PATIENCE).get(partition.id());
    }
}

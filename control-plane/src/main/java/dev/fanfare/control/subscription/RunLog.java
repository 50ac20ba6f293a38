package dev.fanfare.control.subscription;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.fanfare.contract.UndecodableRecord;
import dev.fanfare.contract.Uuid7;
import dev.fanfare.contract.problem.Problem;
import dev.fanfare.contract.problem.ProblemException;
import dev.fanfare.contract.run.Actor;
import dev.fanfare.contract.run.AuditEntry;
import dev.fanfare.contract.run.EventReplay;
import dev.fanfare.contract.run.Run;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.control.table.PromptProducer;
import dev.fanfare.runtime.kafka.CompactedTable;
import dev.fanfare.runtime.kafka.CompactedTable.Row;
import dev.fanfare.runtime.kafka.KafkaAnswer;
import dev.fanfare.runtime.kafka.KafkaConnection;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The runs, as their topic has them, and the way to begin another. What waits for Kafka blocks: keep it off the event
 * loop. Safe from any thread.
 */
public final class RunLog implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RunLog.class);

    private final CompactedTable<Run> table;
    private final Producer<byte[], byte[]> producer;
    private final Duration timeout;
    private final Clock clock;
    private final RandomGenerator random;
    private final ReentrantLock beginning = new ReentrantLock();

    /**
     * Prepares; {@link #start} reads the topic.
     *
     * @param timeout for each step that waits for Kafka
     */
    public RunLog(KafkaConnection kafka, Clock clock, RandomGenerator random, String clientId, Duration timeout) {
        this.clock = clock;
        this.random = random;
        this.table = new CompactedTable<>(kafka, Topics.RUNS, clientId, Run::fromJson, (key, before, after) -> {});
        this.timeout = timeout;
        this.producer = PromptProducer.of(kafka, clientId + "-writer", timeout);
    }

    /** As {@link CompactedTable#start}. */
    public void start() {
        table.start();
    }

    /** A run, as far as it is known here; null where it isn't. */
    public @Nullable Run get(String id) {
        Row<Run> row = table.get(id);
        return row == null ? null : row.value();
    }

    /** All runs, in no order. */
    public Stream<Run> all() {
        return table.rows().values().stream().map(Row::value);
    }

    /** Waits until all is known that was acknowledged before now. */
    public void catchUp() {
        if (!table.catchUp(timeout)) {
            throw new TimeoutException("the runs were not read to their end in time");
        }
    }

    /**
     * Writes a run, and to the audit what it means; returns when both are acknowledged and the run is known here.
     *
     * @param what happened, for the audit: {@code began}
     */
    void write(Run run, String what) {
        byte[] key = run.id().getBytes(UTF_8);
        Future<RecordMetadata> audited = producer.send(
                new ProducerRecord<>(Topics.AUDIT, key, AuditEntry.of(run, what).toJson()));
        Future<RecordMetadata> written = producer.send(new ProducerRecord<>(Topics.RUNS, key, run.toJson()));
        KafkaAnswer.await(audited, timeout.plusSeconds(1), "writing to the audit");
        long offset = KafkaAnswer.await(written, timeout.plusSeconds(1), "writing a run")
                .offset();
        if (!table.awaitPosition(offset + 1, timeout)) {
            LOG.warn("written, but not read back in time run={} offset={}", run.id(), offset);
        }
    }

    /**
     * Begins a replay of events, unless one is under way to the same subscription.
     *
     * @throws ProblemException 409 where one is
     */
    public Run begin(EventReplay replay, Actor by) {
        // one at a time: two that look at once would both find none under way
        try {
            if (!beginning.tryLock(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new TimeoutException("too many replays are waiting to be begun");
            }
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
        try {
            return beginAlone(replay, by);
        } finally {
            beginning.unlock();
        }
    }

    private Run beginAlone(EventReplay replay, Actor by) {
        catchUp();
        all().filter(run -> run.state() == Run.State.RUNNING)
                .filter(run -> isOf(run, replay.tenant(), replay.subscription()))
                .findAny()
                .ifPresent(other -> {
                    throw new ProblemException(Problem.of(
                            409,
                            "replay-under-way",
                            "Replay under way",
                            "replay " + other.id() + " to subscription '" + replay.subscription()
                                    + "' is under way: wait for its end, or stop it"));
                });
        long now = clock.millis();
        Run begun = replay.begin(Uuid7.mint(now, random).toString(), by, now);
        write(begun, "began");
        LOG.info("replay begun run={} filter={}", begun.id(), begun.filter());
        return begun;
    }

    /** Whether a run is a replay of events to a subscription. */
    public static boolean isOf(Run run, String tenant, String subscription) {
        if (!run.kind().equals(Run.EVENT_REPLAY)) {
            return false;
        }
        try {
            EventReplay replay = EventReplay.of(run);
            return replay.tenant().equals(tenant) && replay.subscription().equals(subscription);
        } catch (UndecodableRecord e) {
            return false; // nobody's
        }
    }

    @Override
    public void close() {
        producer.close(Duration.ofSeconds(2));
        table.close();
    }
}

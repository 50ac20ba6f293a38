package dev.fanfare.dispatcher.outcome;

import dev.fanfare.contract.RecordHeaders;
import dev.fanfare.contract.delivery.Attempt;
import dev.fanfare.contract.delivery.DeadLetterRecords;
import dev.fanfare.contract.delivery.Delivery;
import dev.fanfare.contract.delivery.DeliveryId;
import dev.fanfare.contract.delivery.DeliveryRecords;
import dev.fanfare.contract.delivery.Progress;
import dev.fanfare.contract.delivery.Signal;
import dev.fanfare.contract.delivery.Verdict;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.dispatcher.lane.Ending;
import dev.fanfare.retry.plan.NextStep;
import dev.fanfare.retry.plan.RetryPlanner;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Turns what happened to a delivery into its {@link Outcome}: an attempt record always (where there is a delivery to
 * speak of), and a tier record, a dead letter or nothing. Any thread; nothing is sent here.
 */
public final class Outcomes {
    private final RetryPlanner planner;

    public Outcomes(RetryPlanner planner) {
        this.planner = planner;
    }

    /**
     * An attempt, as it stands in the log and the metrics, and its outcome.
     *
     * @param verdict          with the schedule's say
     * @param exchanged        whether anything was sent
     * @param acceptedAtMillis when the event was accepted; 0 where that isn't known
     */
    public record Concluded(
            Attempt attempt, Verdict verdict, boolean exchanged, long acceptedAtMillis, Outcome outcome) {}

    /**
     * A delivery put off.
     *
     * @param end where it was too old for that
     */
    public record Deferred(Outcome outcome, @Nullable Concluded end) {}

    /**
     * After an exchange, or after the policy forbade it.
     *
     * @param schedule        the subscription's delays
     * @param ending          what the attempt did to the subscription's lane
     * @param startedAtMillis when the attempt began (Unix milliseconds)
     */
    public Concluded afterAttempt(
            OpenDelivery open,
            List<Duration> schedule,
            Ruling ruling,
            Ending ending,
            long startedAtMillis,
            long durationMillis) {
        Progress before = open.delivery().progress();
        Progress after = ruling.verdict() == Verdict.FORBIDDEN ? before : before.attempted(startedAtMillis);
        long endedAtMillis = startedAtMillis + durationMillis;
        Signal signal = signal(open.delivery(), ruling, ending, endedAtMillis);
        return switch (ruling.verdict()) {
            case DELIVERED ->
                conclude(open, after, Verdict.DELIVERED, ruling, startedAtMillis, durationMillis, null, signal);
            case GONE, REJECTED, FORBIDDEN ->
                conclude(open, after, ruling.verdict(), ruling, startedAtMillis, durationMillis, null, signal);
            case RETRY -> {
                NextStep next = planner.afterFailure(after, schedule, ruling.retryAfter(), endedAtMillis);
                if (next instanceof NextStep.Wait wait) {
                    yield conclude(open, after, Verdict.RETRY, ruling, startedAtMillis, durationMillis, wait, signal);
                }
                Verdict dead = ((NextStep.Dead) next).reason();
                yield conclude(open, after, dead, ruling, startedAtMillis, durationMillis, null, signal);
            }
            case DEFERRED, PARKED, EXHAUSTED, EXPIRED, UNDECODABLE, INVALID, TOO_LARGE, CANCELLED ->
                throw new IllegalArgumentException(ruling.verdict() + " is no answer's ruling");
        };
    }

    /**
     * A delivery that ends without an attempt: cancelled, or gone because its subscription is disabled.
     *
     * @param error in words
     */
    public Concluded withoutAttempt(OpenDelivery open, Verdict verdict, String error, long nowMillis) {
        Ruling ruling = new Ruling(verdict, null, error, null, null);
        return conclude(open, open.delivery().progress(), verdict, ruling, nowMillis, 0, null, null);
    }

    /**
     * A delivery that can't be attempted now. Not an attempt; only its age ends it.
     *
     * @param wait  the least it should wait
     * @param cause in words, for the dead letter that it becomes when too old
     */
    public Deferred afterDeferral(OpenDelivery open, Duration wait, String cause, long nowMillis) {
        Progress after = open.delivery().progress().deferred(nowMillis);
        NextStep next = planner.afterDeferral(after, wait, nowMillis);
        if (next instanceof NextStep.Wait tier) {
            return new Deferred(outcome(open, open.bytes(), () -> List.of(tierRecord(open, after, tier))), null);
        }
        Ruling ruling = new Ruling(((NextStep.Dead) next).reason(), null, cause, null, null);
        Concluded end = conclude(open, after, ruling.verdict(), ruling, nowMillis, 0, null, null);
        return new Deferred(end.outcome(), end);
    }

    /**
     * A delivery of a paused subscription: it is kept as it is, beside the dead letters and in the same shape, until the
     * subscription is active again.
     *
     * @param cause in words
     */
    public Outcome parked(OpenDelivery open, String cause) {
        return outcome(open, open.bytes(), () -> {
            ConsumerRecord<byte[], byte[]> record = open.record();
            byte[] key = open.delivery().id().getBytes(StandardCharsets.UTF_8);
            ProducerRecord<byte[], byte[]> parked = new ProducerRecord<>(
                    Topics.PARKED, null, key, DeadLetterRecords.value(record.value()), record.headers());
            mark(
                    parked,
                    Verdict.PARKED,
                    null,
                    cause,
                    new TopicPartition(record.topic(), record.partition()),
                    record.offset());
            return List.of(parked);
        });
    }

    /**
     * A record that is no delivery: a dead letter with its bytes as they were.
     *
     * @param error which header or field is at fault
     */
    public Outcome undecodable(ConsumerRecord<byte[], byte[]> record, long epoch, String error) {
        TopicPartition from = new TopicPartition(record.topic(), record.partition());
        int bytes = Math.max(0, record.serializedValueSize());
        return new Outcome(from, record.offset(), epoch, bytes, () -> {
            ProducerRecord<byte[], byte[]> dead = deadLetter(rawKey(from, record.offset()), record);
            mark(dead, Verdict.UNDECODABLE, null, error, from, record.offset());
            return List.of(dead);
        });
    }

    /** A record that asks for nothing: it is complete, and that is all. */
    public Outcome nothing(ConsumerRecord<byte[], byte[]> record, long epoch) {
        return new Outcome(new TopicPartition(record.topic(), record.partition()), record.offset(), epoch, 0, List::of);
    }

    /**
     * In place of an outcome that Kafka refuses for its size: a dead letter that says where the record is. Its body and
     * headers are left out, as they don't fit; what else happened to the delivery is lost with them.
     */
    public Outcome tooLarge(Outcome refused) {
        TopicPartition from = refused.partition();
        return new Outcome(from, refused.offset(), refused.epoch(), 0, () -> {
            ProducerRecord<byte[], byte[]> dead = new ProducerRecord<>(
                    Topics.DEAD_LETTERS, rawKey(from, refused.offset()), DeadLetterRecords.value(null));
            mark(
                    dead,
                    Verdict.TOO_LARGE,
                    null,
                    "with our headers the record is more than Kafka takes: its body is left out here, see its origin",
                    from,
                    refused.offset());
            return List.of(dead);
        });
    }

    private static Concluded conclude(
            OpenDelivery open,
            Progress after,
            Verdict verdict,
            Ruling ruling,
            long startedAtMillis,
            long durationMillis,
            NextStep.@Nullable Wait wait,
            @Nullable Signal signal) {
        Delivery delivery = open.delivery();
        Attempt attempt = new Attempt(
                delivery.id(),
                delivery.tenant(),
                delivery.subscriptionId(),
                delivery.eventId(),
                delivery.eventType(),
                after.totalAttempts(),
                verdict.text(),
                startedAtMillis,
                durationMillis,
                ruling.status(),
                ruling.error(),
                wait == null ? null : wait.delay().toMillis(),
                ruling.excerpt(),
                delivery.run(),
                delivery.acceptedAtMillis());
        byte[] key = open.key().getBytes(StandardCharsets.UTF_8);
        byte[] json = attempt.toJson();
        Outcome outcome;
        if (wait == null && signal == null && !verdict.isDeadLetter()) {
            // Most are such: they hold on to nothing of the delivery.
            outcome = outcome(open, json.length, () -> List.of(new ProducerRecord<>(Topics.ATTEMPTS, key, json)));
        } else {
            outcome = outcome(open, json.length + open.bytes(), () -> {
                List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>(3);
                records.add(new ProducerRecord<>(Topics.ATTEMPTS, key, json));
                if (wait != null) {
                    records.add(tierRecord(open, after, wait));
                } else if (verdict.isDeadLetter()) {
                    records.add(deadLetter(open, after, verdict, ruling));
                }
                if (signal != null) {
                    records.add(new ProducerRecord<>(Topics.SIGNALS, key, signal.toJson()));
                }
                return records;
            });
        }
        boolean exchanged = after.totalAttempts() > delivery.progress().totalAttempts();
        return new Concluded(attempt, verdict, exchanged, delivery.acceptedAtMillis(), outcome);
    }

    private static Outcome outcome(OpenDelivery open, int bytes, Outcome.Records records) {
        return new Outcome(
                new TopicPartition(open.record().topic(), open.record().partition()),
                open.record().offset(),
                open.epoch(),
                bytes,
                records);
    }

    private static ProducerRecord<byte[], byte[]> tierRecord(OpenDelivery open, Progress progress, NextStep.Wait wait) {
        ConsumerRecord<byte[], byte[]> record = open.record();
        ProducerRecord<byte[], byte[]> waiting = new ProducerRecord<>(
                wait.tierTopic(), record.partition(), record.key(), record.value(), record.headers());
        DeliveryRecords.writeProgress(progress, waiting.headers());
        RecordHeaders.put(
                waiting.headers(), DeliveryRecords.DELAY_MS, wait.delay().toMillis());
        return waiting;
    }

    private static ProducerRecord<byte[], byte[]> deadLetter(
            OpenDelivery open, Progress progress, Verdict reason, Ruling ruling) {
        ConsumerRecord<byte[], byte[]> record = open.record();
        byte[] key = open.delivery().id().getBytes(StandardCharsets.UTF_8);
        ProducerRecord<byte[], byte[]> dead = deadLetter(key, record);
        DeliveryRecords.writeProgress(progress, dead.headers());
        mark(
                dead,
                reason,
                ruling.status(),
                Objects.requireNonNullElse(ruling.error(), reason.text()),
                new TopicPartition(record.topic(), record.partition()),
                record.offset());
        return dead;
    }

    private static ProducerRecord<byte[], byte[]> deadLetter(byte[] key, ConsumerRecord<byte[], byte[]> record) {
        return new ProducerRecord<>(
                Topics.DEAD_LETTERS, null, key, DeadLetterRecords.value(record.value()), record.headers());
    }

    private static void mark(
            ProducerRecord<byte[], byte[]> dead,
            Verdict reason,
            @Nullable Integer status,
            String error,
            TopicPartition origin,
            long originOffset) {
        DeadLetterRecords.mark(dead.headers(), reason, status, error, origin.topic(), origin.partition(), originOffset);
    }

    private static byte[] rawKey(TopicPartition partition, long offset) {
        return DeliveryId.ofOrigin(partition.topic(), partition.partition(), offset)
                .getBytes(StandardCharsets.UTF_8);
    }

    private static @Nullable Signal signal(Delivery delivery, Ruling ruling, Ending ending, long atMillis) {
        String kind = null;
        if (ruling.verdict() == Verdict.GONE) {
            kind = Signal.GONE;
        } else if (ending == Ending.BROKE) {
            kind = Signal.BREAKER_OPENED;
        } else if (ending == Ending.RECOVERED) {
            kind = Signal.BREAKER_CLOSED;
        }
        return kind == null
                ? null
                : new Signal(
                        kind,
                        delivery.tenant(),
                        delivery.subscriptionId(),
                        delivery.generation(),
                        atMillis,
                        "after delivery " + delivery.id() + ": "
                                + Objects.requireNonNullElse(
                                        ruling.error(), ruling.verdict().text()));
    }
}

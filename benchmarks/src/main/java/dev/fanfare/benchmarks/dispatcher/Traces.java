package dev.fanfare.benchmarks.dispatcher;

import dev.fanfare.benchmarks.run.BenchmarkFailure;
import dev.fanfare.contract.RecordHeaders;
import dev.fanfare.contract.UndecodableRecord;
import dev.fanfare.contract.delivery.Attempt;
import dev.fanfare.contract.delivery.DeliveryRecords;
import dev.fanfare.contract.delivery.Verdict;
import dev.fanfare.contract.topic.Topics;
import java.util.BitSet;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/** What a run's deliveries left on Kafka: their attempts, and those that went to tiers or became dead letters. */
final class Traces {
    /** Subscriptions that are meant to answer; the others' traces are not looked at. */
    static final String HEALTHY = "healthy";

    private final String prefix;
    private final BitSet delivered = new BitSet();
    private long repeated;
    private long otherwise;
    private @Nullable String example;
    private final Latencies durations = new Latencies();
    private final Latencies sinceDue = new Latencies();
    private long[] dueAtMillis = {};
    private int countedFrom;

    Traces(String run) {
        this.prefix = run + "-";
    }

    /** From then on latencies are counted, from the moments given, for deliveries from that number on. */
    void measureSince(long[] moments, int from) {
        dueAtMillis = moments;
        countedFrom = from;
    }

    void add(ConsumerRecord<byte[], byte[]> record) {
        if (record.value() == null || record.topic().equals(Topics.SUBSCRIPTIONS)) {
            return;
        }
        if (record.topic().equals(Topics.ATTEMPTS)) {
            addAttempt(record.value());
        } else if (isHealthy(String.valueOf(RecordHeaders.text(record.headers(), DeliveryRecords.SUBSCRIPTION)))) {
            otherwise(record.topic() + ": " + RecordHeaders.text(record.headers(), DeliveryRecords.ERROR));
        }
    }

    private void addAttempt(byte[] json) {
        Attempt attempt;
        try {
            attempt = Attempt.fromJson(json);
        } catch (UndecodableRecord e) {
            throw new IllegalStateException(e);
        }
        if (!attempt.eventId().startsWith(prefix) || !isHealthy(attempt.subscription())) {
            return;
        }
        if (!attempt.verdict().equals(Verdict.DELIVERED.text())) {
            otherwise(attempt.verdict() + ": " + attempt.error());
            return;
        }
        int number = Integer.parseInt(
                attempt.eventId(), prefix.length(), attempt.eventId().length(), 10);
        if (delivered.get(number)) {
            repeated++;
        }
        delivered.set(number);
        durations.add(attempt.durationMillis());
        if (number >= countedFrom && number < dueAtMillis.length) {
            sinceDue.add(attempt.startedAtMillis() + attempt.durationMillis() - dueAtMillis[number]);
        }
    }

    private static boolean isHealthy(String subscription) {
        return subscription.startsWith(HEALTHY);
    }

    private void otherwise(String what) {
        otherwise++;
        if (example == null) {
            example = what;
        }
    }

    /** How long attempts took that delivered. */
    Latencies durations() {
        return durations;
    }

    /** From when a delivery was due on Kafka to the end of its attempt. */
    Latencies sinceDue() {
        return sinceDue;
    }

    /**
     * Throws unless each delivery was delivered, has its attempt record, and left nothing elsewhere.
     *
     * @param received by the receiver
     * @param wanted   the numbers of the deliveries whose endpoints answer
     */
    void check(long received, int deliveries, Predicate<Integer> wanted) {
        long expected = 0;
        long missing = 0;
        for (int number = 0; number < deliveries; number++) {
            if (wanted.test(number)) {
                expected++;
                missing += delivered.get(number) ? 0 : 1;
            }
        }
        if (received < expected || missing > 0 || otherwise > 0 || repeated > 0) {
            throw BenchmarkFailure.of("the run is void: of " + expected + " deliveries " + received
                    + " requests arrived, " + missing + " have no attempt record that says delivered, " + repeated
                    + " have two, " + otherwise + " came to something else (" + example + ")");
        }
    }
}

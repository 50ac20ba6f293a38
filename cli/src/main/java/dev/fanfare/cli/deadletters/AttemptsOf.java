package dev.fanfare.cli.deadletters;

import dev.fanfare.contract.UndecodableRecord;
import dev.fanfare.contract.delivery.Attempt;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.retry.dead.DeadLetter;
import dev.fanfare.retry.run.TopicReader;
import dev.fanfare.runtime.kafka.KafkaConnection;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** The attempts of one delivery, read from {@code fanfare.attempts} as far as they are still there. */
final class AttemptsOf {
    private static final Duration SLACK = Duration.ofMinutes(1);

    private AttemptsOf() {}

    /** Those of a dead letter, the first first; none where it was never attempted. */
    static List<Attempt> letter(KafkaConnection kafka, ConsumerRecord<byte[], byte[]> message) {
        DeadLetter letter = DeadLetter.of(message);
        List<Attempt> attempts = new ArrayList<>();
        Instant first = letter.firstAttemptAt();
        Instant last = letter.lastAttemptAt();
        if (first == null || last == null) {
            return attempts;
        }
        try (TopicReader reader = new TopicReader(kafka, "fanfare-attempts-of")) {
            reader.readBetween(
                    Topics.ATTEMPTS,
                    first.minus(SLACK).toEpochMilli(),
                    letter.diedAt().plus(SLACK).toEpochMilli(),
                    one -> {
                        try {
                            Attempt attempt = one.value() == null ? null : Attempt.fromJson(one.value());
                            if (attempt != null && attempt.deliveryId().equals(letter.id())) {
                                attempts.add(attempt);
                            }
                        } catch (UndecodableRecord e) {
                            // Somebody else's line: nothing of this delivery is lost with it.
                            return;
                        }
                    },
                    (offsets, total) -> {});
        }
        attempts.sort(Comparator.comparingLong(Attempt::startedAtMillis));
        return attempts;
    }
}

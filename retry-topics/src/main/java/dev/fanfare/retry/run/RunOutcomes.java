package dev.fanfare.retry.run;

import dev.fanfare.contract.RecordHeaders;
import dev.fanfare.contract.UndecodableRecord;
import dev.fanfare.contract.delivery.Attempt;
import dev.fanfare.contract.delivery.DeliveryRecords;
import dev.fanfare.contract.delivery.Verdict;
import dev.fanfare.contract.run.Run;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.runtime.kafka.KafkaConnection;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What became of what a run sent, read from {@code fanfare.attempts} since it began, and from the dead letters for what
 * died without an attempt. Attempts are counted once each, as they are written in the transaction that ends them.
 */
public final class RunOutcomes {
    private static final Logger LOG = LoggerFactory.getLogger(RunOutcomes.class);
    private static final String CLIENT = "fanfare-run-outcomes";
    /** Clocks of machines differ a little. */
    private static final long SLACK_MILLIS = 60_000;

    private final KafkaConnection kafka;

    /** Over a cluster. */
    public RunOutcomes(KafkaConnection kafka) {
        this.kafka = kafka;
    }

    /**
     * What became of it.
     *
     * @param delivered   answered 2xx
     * @param failedAgain became dead letters again, by reason
     * @param cancelled   their subscription is gone
     * @param retries     attempts that failed and are followed by another
     */
    public record Fate(long delivered, Map<String, Long> failedAgain, long cancelled, long retries) {
        /** How many ended. */
        public long ended() {
            return delivered + cancelled + failed();
        }

        /** How many became dead letters again. */
        public long failed() {
            return failedAgain.values().stream().mapToLong(Long::longValue).sum();
        }
    }

    /** Reads what there is to know now. */
    public Fate of(Run run, TopicReader.Progress progress) {
        Map<Verdict, Long> ended = new TreeMap<>();
        byte[] id = run.id().getBytes(StandardCharsets.UTF_8);
        long from = run.startedAtMillis() - SLACK_MILLIS;
        try (TopicReader reader = new TopicReader(kafka, CLIENT)) {
            reader.readBetween(
                    Topics.ATTEMPTS,
                    from,
                    Long.MAX_VALUE,
                    message -> {
                        Verdict verdict = message.value() == null ? null : verdict(message, run.id(), id);
                        if (verdict != null) {
                            ended.merge(verdict, 1L, Long::sum);
                        }
                    },
                    progress);
            // A delivery that a dispatcher can't read dies without an attempt.
            reader.readBetween(
                    Topics.DEAD_LETTERS,
                    from,
                    Long.MAX_VALUE,
                    message -> {
                        Verdict unread = unread(RecordHeaders.text(message.headers(), DeliveryRecords.REASON));
                        if (message.value() != null
                                && unread != null
                                && run.id().equals(RecordHeaders.text(message.headers(), DeliveryRecords.RUN))) {
                            ended.merge(unread, 1L, Long::sum);
                        }
                    },
                    (offsets, total) -> {});
        }
        Map<String, Long> failed = new TreeMap<>();
        ended.forEach((verdict, count) -> {
            if (verdict.isDeadLetter()) {
                failed.put(verdict.text(), count);
            }
        });
        return new Fate(
                ended.getOrDefault(Verdict.DELIVERED, 0L),
                failed,
                ended.getOrDefault(Verdict.CANCELLED, 0L),
                ended.getOrDefault(Verdict.RETRY, 0L));
    }

    /** What an attempt of this run's came to; null where it is another's. Most are: those aren't parsed. */
    private static @Nullable Verdict verdict(ConsumerRecord<byte[], byte[]> message, String id, byte[] idBytes) {
        if (!contains(message.value(), idBytes)) {
            return null;
        }
        try {
            Attempt attempt = Attempt.fromJson(message.value());
            return id.equals(attempt.run())
                    ? Arrays.stream(Verdict.values())
                            .filter(verdict -> verdict.text().equals(attempt.verdict()))
                            .findFirst()
                            .orElse(null)
                    : null;
        } catch (UndecodableRecord e) {
            LOG.debug("an attempt can't be read, passed over offset={}", message.offset(), e);
            return null;
        }
    }

    private static boolean contains(byte[] text, byte[] part) {
        for (int i = text.length - part.length; i >= 0; i--) {
            if (Arrays.equals(text, i, i + part.length, part, 0, part.length)) {
                return true;
            }
        }
        return false;
    }

    /** Why it died without an attempt; null where it had one. */
    private static @Nullable Verdict unread(@Nullable String reason) {
        return Stream.of(Verdict.UNDECODABLE, Verdict.INVALID, Verdict.TOO_LARGE)
                .filter(verdict -> verdict.text().equals(reason))
                .findFirst()
                .orElse(null);
    }
}

package dev.fanfare.control.subscription;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fanfare.contract.Json;
import dev.fanfare.contract.delivery.Attempt;
import dev.fanfare.contract.delivery.Verdict;
import dev.fanfare.control.attempt.AttemptIndex;
import dev.fanfare.control.attempt.AttemptPage;
import dev.fanfare.control.attempt.AttemptQuery;
import dev.fanfare.control.table.PromptProducer;
import dev.fanfare.runtime.kafka.KafkaAnswer;
import dev.fanfare.runtime.kafka.KafkaConnection;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.jspecify.annotations.Nullable;

/**
 * Tells tenants that ask for it which deliveries were given up: one event for each subscription and five minutes, however
 * many those are.
 *
 * <pre>
 * five minutes are over, and two more ─▶ AttemptIndex: exhausted, expired ─▶ by subscription ─▶ fanfare.events
 * </pre>
 *
 * <p>Every instance does so, and after a start once more for the last hour: the ids are the same, and the router drops what
 * it has seen. Deliveries of our own events are left out, or one dead endpoint would have us write forever. Confined to
 * one thread but for {@link #close}.
 */
public final class ExhaustionNotices implements AutoCloseable {
    private static final long SLOT_MILLIS = Duration.ofMinutes(5).toMillis();
    /** An attempt takes a minute at most, and is on its topic some seconds later. */
    private static final long GRACE_MILLIS = Duration.ofMinutes(2).toMillis();

    private static final long BACK_MILLIS = Duration.ofHours(1).toMillis();
    private static final Duration CATCH_UP = Duration.ofSeconds(10);
    private static final List<Verdict> GIVEN_UP = List.of(Verdict.EXHAUSTED, Verdict.EXPIRED);
    private static final int PAGE = 1_000;
    private static final int MOST_COUNTED = 100_000;
    private static final int MOST_NAMED = 10;

    private final AttemptIndex attempts;
    private final SubscriptionIndex index;
    private final Clock clock;
    private final Duration timeout;
    private final Producer<byte[], byte[]> producer;
    private long nextSlotMillis;

    /**
     * Over indexes that stay the caller's.
     *
     * @param timeout for a write
     */
    public ExhaustionNotices(
            KafkaConnection kafka,
            AttemptIndex attempts,
            SubscriptionIndex index,
            Clock clock,
            String clientId,
            Duration timeout) {
        this.attempts = attempts;
        this.index = index;
        this.clock = clock;
        this.timeout = timeout;
        this.producer = PromptProducer.of(kafka, clientId, timeout);
        this.nextSlotMillis = Math.floorDiv(clock.millis() - BACK_MILLIS, SLOT_MILLIS) * SLOT_MILLIS;
    }

    /** Looks once. Waits for Kafka. */
    public void look() {
        long ripe = clock.millis() - SLOT_MILLIS - GRACE_MILLIS;
        if (nextSlotMillis > ripe) {
            return;
        }
        List<String> tenants = index.tenantsThatAsk();
        if (!tenants.isEmpty() && !attempts.catchUp(CATCH_UP)) {
            return;
        }
        for (; nextSlotMillis <= ripe; nextSlotMillis += SLOT_MILLIS) {
            for (String tenant : tenants) {
                tell(tenant, nextSlotMillis);
            }
        }
    }

    private void tell(String tenant, long since) {
        Map<String, Sum> sums = new TreeMap<>();
        for (Verdict verdict : GIVEN_UP) {
            AttemptQuery query =
                    AttemptQuery.of(tenant).verdict(verdict).since(since).until(since + SLOT_MILLIS);
            String cursor = null;
            int counted = 0;
            do {
                AttemptPage page = attempts.find(query, cursor, PAGE);
                page.attempts().stream()
                        .filter(attempt -> !attempt.eventType().startsWith(OperationalEvent.PREFIX))
                        .forEach(attempt -> sums.computeIfAbsent(attempt.subscription(), id -> new Sum())
                                .add(attempt));
                counted += page.attempts().size();
                cursor = page.next();
            } while (cursor != null && counted < MOST_COUNTED);
        }
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        sums.forEach((subscription, sum) -> sent.add(producer.send(
                OperationalEvent.exhausted(tenant, subscription, since, since + SLOT_MILLIS, sum.data()))));
        sent.forEach(one -> KafkaAnswer.await(one, timeout.plusSeconds(1), "writing an operational event"));
    }

    /** Of one subscription. */
    private static final class Sum {
        private final List<String> deliveries = new ArrayList<>();
        private @Nullable Attempt latest;
        private long count;

        void add(Attempt attempt) {
            count++;
            if (deliveries.size() < MOST_NAMED) {
                deliveries.add(attempt.deliveryId());
            }
            if (latest == null || attempt.startedAtMillis() > latest.startedAtMillis()) {
                latest = attempt;
            }
        }

        ObjectNode data() {
            ObjectNode data = Json.TOPIC.createObjectNode().put("count", count);
            ArrayNode named = data.putArray("deliveries");
            deliveries.forEach(named::add);
            Attempt last = latest;
            if (last != null && last.status() != null) {
                data.put("lastStatus", last.status());
            }
            if (last != null && last.error() != null) {
                data.put("lastError", last.error());
            }
            return data;
        }
    }

    @Override
    public void close() {
        producer.close(Duration.ofSeconds(2));
    }
}

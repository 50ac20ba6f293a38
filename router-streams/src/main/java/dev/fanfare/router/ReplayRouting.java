package dev.fanfare.router;

import dev.fanfare.contract.delivery.DeliveryIds;
import dev.fanfare.contract.event.Event;
import dev.fanfare.contract.event.EventRecords;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.router.EventRouter.Tenants;
import dev.fanfare.router.matching.Candidate;
import dev.fanfare.router.matching.RoutedSubscription;
import dev.fanfare.router.matching.SubscriptionIndex;
import dev.fanfare.router.matching.SubscriptionMatcher;
import dev.fanfare.router.replay.Routing;
import dev.fanfare.runtime.kafka.CompactedTable;
import dev.fanfare.runtime.kafka.CompactedTable.Row;
import java.time.Duration;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/** The router's own subscriptions and deliveries, for replays. Nothing is looked up in what was seen before. */
final class ReplayRouting implements Routing {
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(5);

    private final CompactedTable<RoutedSubscription> subscriptions;
    private final Tenants tenants;
    private final String defaultTenant;
    private final RouterMetrics metrics;

    ReplayRouting(
            CompactedTable<RoutedSubscription> subscriptions,
            Tenants tenants,
            String defaultTenant,
            RouterMetrics metrics) {
        this.subscriptions = subscriptions;
        this.tenants = tenants;
        this.defaultTenant = defaultTenant;
        this.metrics = metrics;
    }

    @Override
    public boolean catchUp() {
        return subscriptions.catchUp(ANSWER_TIMEOUT);
    }

    @Override
    public @Nullable Candidate find(String key) {
        Row<RoutedSubscription> row = subscriptions.get(key);
        return row == null ? null : new Candidate(row.value(), row.offset());
    }

    @Override
    public SubscriptionMatcher matcher(SubscriptionIndex index) {
        return new SubscriptionMatcher(index, metrics::filterFailed);
    }

    @Override
    public String defaultTenant() {
        return defaultTenant;
    }

    @Override
    public boolean isValid(String tenant, Event event, ConsumerRecord<byte[], byte[]> message) {
        return EventRecords.isChecked(message.headers())
                || tenants.faults(tenant, event).isEmpty();
    }

    @Override
    public @Nullable ProducerRecord<byte[], byte[]> delivery(
            String tenant, Event event, ConsumerRecord<byte[], byte[]> message, Candidate candidate) {
        DeliveryHeaders headers = new DeliveryHeaders(
                new DeliveryIds(), tenant, event, message.headers(), subscriptions.topicId(), message.timestamp());
        return RecordBytes.of(event.data(), headers.shared()) > RecordBytes.MOST
                ? null // it is among the dead letters since it came
                : new ProducerRecord<>(
                        Topics.DELIVERIES, null, null, candidate.key(), event.data(), headers.of(candidate));
    }

    @Override
    public void replayed(int deliveries) {
        metrics.replayed(deliveries);
    }
}

package dev.fanfare.router;

import dev.fanfare.contract.UndecodableRecord;
import dev.fanfare.contract.problem.Problem.FieldError;
import dev.fanfare.contract.subscription.Subscription;
import dev.fanfare.router.matching.FilterPool;
import dev.fanfare.router.matching.RoutedSubscription;
import dev.fanfare.runtime.kafka.CompactedTable;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads what routing needs from records of the subscriptions topic. The control plane writes no filter that can't be
 * read, but others may, and a newer one may know more: such a subscription gets nothing, is counted and told once.
 * Confined to the table's thread.
 */
final class SubscriptionDecoder implements CompactedTable.Decoder<RoutedSubscription> {
    private static final Logger LOG = LoggerFactory.getLogger(SubscriptionDecoder.class);

    private final FilterPool filters = new FilterPool();
    private final RouterMetrics metrics;

    SubscriptionDecoder(RouterMetrics metrics) {
        this.metrics = metrics;
    }

    @Override
    public RoutedSubscription decode(byte[] json) throws UndecodableRecord {
        Subscription subscription = Subscription.fromJson(json);
        List<FieldError> faults = new ArrayList<>();
        RoutedSubscription routed = RoutedSubscription.of(subscription, filters, faults);
        if (!faults.isEmpty()) {
            metrics.filtersUnreadable();
            LOG.error(
                    "a subscription's filters can't be read, nothing is routed to it: replace them through the API"
                            + " tenant={} subscription={} fault=\"{}: {}\"",
                    subscription.tenant(),
                    subscription.id(),
                    faults.get(0).field(),
                    faults.get(0).detail());
        }
        return routed;
    }
}

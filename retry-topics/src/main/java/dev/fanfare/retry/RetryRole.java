package dev.fanfare.retry;

import dev.fanfare.contract.DurationText;
import dev.fanfare.contract.topic.Tier;
import dev.fanfare.retry.dead.OutstandingCount;
import dev.fanfare.retry.parked.Unparker;
import dev.fanfare.retry.relay.RelayLimits;
import dev.fanfare.retry.relay.TierRelay;
import dev.fanfare.retry.relay.TierTopics;
import dev.fanfare.runtime.config.InvalidSettings;
import dev.fanfare.runtime.config.TopicSettings;
import dev.fanfare.runtime.kafka.KafkaArrival;
import dev.fanfare.runtime.kafka.KafkaConnection;
import dev.fanfare.runtime.lifecycle.Readiness;
import dev.fanfare.runtime.lifecycle.Role;
import dev.fanfare.runtime.lifecycle.RoleContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The role {@code retry}: relays what waits in the tiers, sends parked deliveries back when their subscription is
 * resumed, and counts the dead letters that are outstanding. Any number of instances share the work; each needs an
 * instance id of its own. No clock of this process matters: waiting is measured by the broker's.
 */
public final class RetryRole implements Role {
    private static final Logger LOG = LoggerFactory.getLogger(RetryRole.class);
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(30);

    private final RoleContext context;
    private volatile @Nullable TierRelay relay;
    private volatile @Nullable Unparker unparker;
    private volatile @Nullable OutstandingCount outstanding;

    /** With what the process hands out. */
    public RetryRole(RoleContext context) {
        this.context = context;
    }

    @Override
    public String name() {
        return "retry";
    }

    @Override
    public void start() {
        List<Tier> tiers = TopicSettings.layout(context.settings().section(TopicSettings.class))
                .tiers();
        RelayLimits limits = limits(context.settings().section(RetrySettings.class));
        Map<String, Tier> found = new HashMap<>();
        try (Admin admin = context.kafka().admin("fanfare-retry-admin")) {
            new KafkaArrival().awaitAnswerTo(() -> found.putAll(TierTopics.check(admin, tiers, ANSWER_TIMEOUT)));
        }
        KafkaConnection kafka = context.kafka();
        TierRelay started = new TierRelay(
                kafka.measuredBy(context.meters()), context.instanceId(), found, tiers, limits, context.meters());
        relay = started;
        Unparker unparking = new Unparker(
                kafka, context.instanceId(), limits.transactionTimeout(), limits.drainTimeout(), context.meters());
        unparker = unparking;
        unparking.start();
        started.start();
        OutstandingCount counting =
                new OutstandingCount(kafka, context.instanceId(), context.meters(), context.clock());
        outstanding = counting;
        counting.start();
        LOG.info("retry role started instance={} tiers={}", context.instanceId(), found.keySet());
    }

    @Override
    public Readiness readiness() {
        TierRelay relaying = relay;
        Unparker unparking = unparker;
        if (relaying == null || unparking == null) {
            return Readiness.notReady("has not started");
        }
        Readiness ready = relaying.readiness();
        return ready.isReady() ? unparking.readiness() : ready;
    }

    @Override
    public @Nullable String fault() {
        TierRelay relaying = relay;
        Unparker unparking = unparker;
        String fault = relaying == null ? null : relaying.fault();
        return fault == null && unparking != null ? unparking.fault() : fault;
    }

    @Override
    public void close() {
        OutstandingCount counting = outstanding;
        if (counting != null) {
            counting.close();
        }
        Unparker unparking = unparker;
        if (unparking != null) {
            unparking.close();
        }
        TierRelay relaying = relay;
        if (relaying != null) {
            relaying.close();
        }
    }

    private static RelayLimits limits(RetrySettings settings) {
        List<String> faults = new ArrayList<>();
        if (settings.recordsPerTransaction() < 1 || settings.recordsPerTransaction() > 50_000) {
            faults.add("retry.records-per-transaction: " + settings.recordsPerTransaction()
                    + " is out of range: 1 to 50000");
        }
        long timeoutMillis = settings.transactionTimeout().toMillis();
        if (timeoutMillis < 1_000 || timeoutMillis > 60_000) {
            faults.add("retry.transaction-timeout: " + DurationText.format(settings.transactionTimeout())
                    + " is out of range: 1s to 1m");
        }
        if (!faults.isEmpty()) {
            throw new InvalidSettings(faults);
        }
        return new RelayLimits(
                settings.recordsPerTransaction(), settings.transactionTimeout(), settings.drainTimeout());
    }
}

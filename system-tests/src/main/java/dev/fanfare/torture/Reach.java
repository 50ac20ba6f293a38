package dev.fanfare.torture;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How far a fault reaches.
 *
 * @param beforeMillis for how long what was done before may be on no record
 * @param afterMillis  until all have noticed that it is over
 */
record Reach(long beforeMillis, long afterMillis) {
    private static final Logger LOG = LoggerFactory.getLogger(Reach.class);

    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(30);
    /** Until an outcome's transaction begins (2.5 s), and that times out (10 s); and a little. */
    private static final long UNCOMMITTED_MILLIS = 14_000;
    /** Until a partition that is taken away has drained. */
    private static final long DRAIN_MILLIS = 10_000;

    private static final String ENDING_TRANSACTIONS = "transaction.abort.timed.out.transaction.cleanup.interval.ms";
    private static final List<String> SESSIONS =
            List.of("group.consumer.session.timeout.ms", "group.streams.session.timeout.ms");
    /** Kafka's defaults. */
    private static final Reach FARTHEST = new Reach(UNCOMMITTED_MILLIS + 10_000, 45_000 + DRAIN_MILLIS);

    /** As the brokers' settings have it: who looks after transactions how often, and when a member's session ends. */
    static Reach of(Map<String, Object> clientConfig) throws InterruptedException {
        try (Admin admin = Admin.create(clientConfig)) {
            ConfigResource broker = new ConfigResource(
                    ConfigResource.Type.BROKER,
                    admin.describeCluster()
                            .nodes()
                            .get(ANSWER_WITHIN.toSeconds(), TimeUnit.SECONDS)
                            .iterator()
                            .next()
                            .idString());
            Config config = Objects.requireNonNull(
                            admin.describeConfigs(List.of(broker)).values().get(broker))
                    .get(ANSWER_WITHIN.toSeconds(), TimeUnit.SECONDS);
            long session = SESSIONS.stream()
                    .flatMap(name -> millis(config, name))
                    .max(Long::compare)
                    .orElse(FARTHEST.afterMillis - DRAIN_MILLIS);
            long ending =
                    millis(config, ENDING_TRANSACTIONS).findFirst().orElse(FARTHEST.beforeMillis - UNCOMMITTED_MILLIS);
            return new Reach(UNCOMMITTED_MILLIS + ending, session + DRAIN_MILLIS);
        } catch (ExecutionException | TimeoutException e) {
            LOG.info(
                    "the brokers' settings can't be seen, so they are taken for Kafka's defaults reason={}",
                    e.getMessage());
            return FARTHEST;
        }
    }

    private static Stream<Long> millis(Config config, String name) {
        ConfigEntry entry = config.get(name);
        return entry == null || entry.value() == null ? Stream.empty() : Stream.of(Long.valueOf(entry.value()));
    }
}

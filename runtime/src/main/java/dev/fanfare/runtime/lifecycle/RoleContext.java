package dev.fanfare.runtime.lifecycle;

import dev.fanfare.runtime.config.Settings;
import dev.fanfare.runtime.kafka.KafkaConnection;
import dev.fanfare.runtime.trace.Tracing;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.util.random.RandomGenerator;

/**
 * What a process hands to each role that it runs. The process owns all of it and closes it after the roles.
 *
 * @param instanceId tells this process from its peers and stays the same over a restart (the host's name by default): the
 *                   transactional ids are made of it, so that a restarted process fences what is left of itself at once
 * @param random     a secure generator
 */
public record RoleContext(
        String instanceId,
        Settings settings,
        KafkaConnection kafka,
        MeterRegistry meters,
        Vertx vertx,
        Clock clock,
        RandomGenerator random,
        Tracing tracing) {

    /** Without traces. */
    public RoleContext(
            String instanceId,
            Settings settings,
            KafkaConnection kafka,
            MeterRegistry meters,
            Vertx vertx,
            Clock clock,
            RandomGenerator random) {
        this(instanceId, settings, kafka, meters, vertx, clock, random, Tracing.off());
    }
}

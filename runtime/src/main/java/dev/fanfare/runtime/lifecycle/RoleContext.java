package dev.fanfare.runtime.lifecycle;

import dev.fanfare.runtime.config.Settings;
import dev.fanfare.runtime.kafka.KafkaConnection;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.util.random.RandomGenerator;

/**
 * What a process hands to each role that it runs. The process owns all of it and closes it after the roles.
 *
 * @param random a secure generator
 */
public record RoleContext(
        Settings settings,
        KafkaConnection kafka,
        MeterRegistry meters,
        Vertx vertx,
        Clock clock,
        RandomGenerator random) {}

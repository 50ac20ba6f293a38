package dev.fanfare.torture;

import dev.fanfare.contract.topic.Topics;
import dev.fanfare.dispatcher.DispatcherRole;
import dev.fanfare.retry.relay.TierRelay;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * A member that joins a group, is given partitions, does nothing with them and leaves, again and again.
 *
 * @param groupProtocol by which it joins
 */
record GroupStorm(Map<String, Object> clientConfig, String groupProtocol) {
    private static final Duration STEP = Duration.ofMillis(500);

    GroupStorm {
        clientConfig = Map.copyOf(clientConfig);
    }

    /** Of the dispatchers or the relays, as chance has it; says whose, and how often. */
    String rage(Duration duration, Random random) {
        boolean dispatchers = random.nextBoolean();
        String group = dispatchers ? DispatcherRole.GROUP : TierRelay.GROUP;
        List<String> topics = dispatchers ? List.of(Topics.DELIVERIES) : TortureRun.tierTopics();
        Map<String, Object> config = new HashMap<>(clientConfig);
        config.putAll(Map.of(
                "group.id", group, "group.protocol", groupProtocol, "enable.auto.commit", false, "fetch.max.bytes", 1));
        long deadline = System.nanoTime() + duration.toNanos();
        int joined = 0;
        while (System.nanoTime() < deadline && !Thread.currentThread().isInterrupted()) {
            try (var member = new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
                member.subscribe(topics);
                long until = System.nanoTime() + STEP.toNanos();
                while (System.nanoTime() < until) {
                    member.poll(Duration.ofMillis(50));
                    member.pause(member.assignment());
                }
                joined++;
            }
        }
        return group + ", " + joined + " times";
    }
}

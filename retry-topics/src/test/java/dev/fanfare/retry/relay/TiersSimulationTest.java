package dev.fanfare.retry.relay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.contract.RecordHeaders;
import dev.fanfare.contract.delivery.DeliveryRecords;
import dev.fanfare.contract.topic.Tier;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.retry.plan.TierChoice;
import dev.fanfare.testkit.Seeds;
import dev.fanfare.testkit.WithSeeds;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;

/**
 * Days of waiting in seconds: a broker whose clock is the simulation's, a relay whose ticks are elsewhere and drift,
 * transactions that take their time and now and then abort, a relay that now and then dies and forgets.
 */
@WithSeeds
class TiersSimulationTest {
    private static final int PARTITIONS = 3;
    private static final List<Duration> REPRESENTED = List.of(
            Duration.ofMinutes(1),
            Duration.ofMinutes(10),
            Duration.ofHours(1),
            Duration.ofHours(5),
            Duration.ofSeconds(5_400));

    private final Map<String, Tier> tiers = Tier.DEFAULTS.stream().collect(Collectors.toMap(Tier::topic, tier -> tier));
    private final Map<TopicPartition, ArrayDeque<ConsumerRecord<byte[], byte[]>>> log = new HashMap<>();
    private final Map<Integer, Long> dueAt = new HashMap<>();
    private final Map<Integer, Long> leftAt = new HashMap<>();
    private long nowMillis = 1_800_000_000_000L;
    private long offset;
    private double drift;
    private BrokerClock clock = new BrokerClock();
    private WaitingRoom room = new WaitingRoom();
    private long nextOffset;

    @Test
    void nothingIsEarlyAndWhatTheTiersRepresentIsOnTime(Seeds seeds) {
        Random random = seeds.random("simulation");
        offset = random.nextInt(7_200_000) - 3_600_000;
        drift = 1 + (random.nextInt(600) - 300) / 1e6;
        long begin = nowMillis;
        long producingUntil = begin + Duration.ofDays(1).toMillis();
        List<Integer> represented = new ArrayList<>();
        int next = 0;

        while (nowMillis < producingUntil || dueAt.size() > leftAt.size()) {
            if (nowMillis < producingUntil && random.nextInt(3) == 0) {
                boolean plain = random.nextInt(4) != 0;
                Duration delay = plain
                        ? REPRESENTED.get(random.nextInt(REPRESENTED.size()))
                        : Duration.ofMillis(random.nextInt(7_200_000));
                if (plain) {
                    represented.add(next);
                }
                produce(next++, delay, random);
            }
            if (random.nextInt(2_000) == 0) {
                room = new WaitingRoom(); // it died; the committed offsets give all back
                clock = new BrokerClock();
            }
            step(random);
            nowMillis += Math.max(1, Math.min(untilSomethingHappens(), random.nextInt(120_000)));
            assertThat(nowMillis)
                    .as("all is over some day")
                    .isLessThan(begin + Duration.ofDays(4).toMillis());
        }

        dueAt.forEach(
                (id, due) -> assertThat(leftAt.get(id)).as("delivery %s", id).isGreaterThanOrEqualTo(due));
        List<Long> lateness = represented.stream()
                .map(id -> leftAt.get(id) - dueAt.get(id))
                .sorted()
                .toList();
        assertThat(lateness).hasSizeGreaterThan(300);
        assertThat(lateness.get(lateness.size() * 99 / 100)).as("p99, ms late").isLessThanOrEqualTo(2_000L);
    }

    private void produce(int id, Duration delay, Random random) {
        String tier = TierChoice.of(Tier.DEFAULTS, delay).topic();
        ProducerRecord<byte[], byte[]> message = new ProducerRecord<>(
                tier,
                random.nextInt(PARTITIONS),
                null,
                ByteBuffer.allocate(4).putInt(id).array());
        RecordHeaders.put(message.headers(), DeliveryRecords.DELAY_MS, delay.toMillis());
        dueAt.put(id, nowMillis + delay.toMillis());
        append(message);
    }

    /** As the session does it: poll what nobody waits in, ask for the time, move on what may leave. */
    private void step(Random random) {
        Set<TopicPartition> free = new HashSet<>(log.keySet());
        free.removeAll(room.occupied());
        for (TopicPartition partition : free) {
            log.get(partition).stream()
                    .limit(50)
                    .forEach(message -> room.add(
                            Waiting.of(message, tiers.get(message.topic()).delay())));
        }
        if (!room.isEmpty() && clock.ticksSinceLearnt(ticks()) > 60_000) {
            long sent = ticks();
            nowMillis += random.nextInt(20);
            long appended = nowMillis;
            nowMillis += random.nextInt(20);
            clock.acked(sent, appended, ticks());
        }
        long shown = clock.nowMillis(ticks());
        List<Waiting> leaving = room.leaving(shown);
        if (leaving.isEmpty()) {
            return;
        }
        nowMillis += random.nextInt(150);
        if (random.nextInt(20) == 0) {
            return; // aborted: all stay
        }
        for (Waiting waiting : leaving) {
            Onward onward = Onward.of(waiting, Tier.DEFAULTS, shown);
            assertThat(log.get(waiting.partition()).poll()).as("in order").isSameAs(waiting.message());
            if (onward instanceof Onward.Due) {
                Long before =
                        leftAt.put(ByteBuffer.wrap(onward.message().value()).getInt(), nowMillis);
                assertThat(before).as("once only").isNull();
            } else {
                append(onward.message());
            }
        }
        room.release(leaving);
    }

    private long untilSomethingHappens() {
        return room.isEmpty() ? 1_000 : room.nextLeavesAtMillis() - clock.nowMillis(ticks());
    }

    private void append(ProducerRecord<byte[], byte[]> message) {
        assertThat(message.topic()).isNotEqualTo(Topics.DEAD_LETTERS);
        log.computeIfAbsent(new TopicPartition(message.topic(), message.partition()), p -> new ArrayDeque<>())
                .add(new ConsumerRecord<>(
                        message.topic(),
                        message.partition(),
                        nextOffset++,
                        nowMillis,
                        TimestampType.LOG_APPEND_TIME,
                        0,
                        4,
                        null,
                        message.value(),
                        message.headers(),
                        Optional.empty()));
    }

    private long ticks() {
        return (long) (nowMillis * drift) + offset;
    }
}

package dev.fanfare.retry.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.contract.RecordHeaders;
import dev.fanfare.contract.delivery.DeliveryId;
import dev.fanfare.contract.delivery.DeliveryRecords;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.retry.RetryMetric;
import dev.fanfare.testkit.Fresh;
import dev.fanfare.testkit.Seeds;
import dev.fanfare.testkit.TestBroker;
import dev.fanfare.testkit.WithBroker;
import dev.fanfare.testkit.WithSeeds;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.junit.jupiter.api.Test;

@WithBroker
@WithSeeds
class TierRelayIT {
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    @Test
    void whateverTheDelayItGoesBackOnceUnderItsPartitionAndNeverEarly(@Fresh TestBroker broker, Seeds seeds) {
        RelayWorld world = new RelayWorld(broker);
        Random random = seeds.random("delays");
        try (TierRelay relay = world.relay("one")) {
            await().atMost(PATIENCE).until(() -> relay.readiness().isReady());
            for (int i = 0; i < 60; i++) {
                world.wait(
                        RelayWorld.TIERS.get(random.nextInt(3)).topic(),
                        "d" + i,
                        random.nextInt(RelayWorld.PARTITIONS),
                        Duration.ofMillis(random.nextInt(2_000)));
            }

            assertAllBackOnceAndNeverEarly(world, world.awaitAll(PATIENCE));
        }
        assertThat(world.meters.get(RetryMetric.RELAYED.definition().meterName()).counters().stream()
                        .mapToDouble(counter -> counter.count())
                        .sum())
                .isEqualTo(60);
    }

    @Test
    void keyBodyAndHeadersGoBackAsTheyWereAndNoBodyStaysNoBody(@Fresh TestBroker broker) {
        RelayWorld world = new RelayWorld(broker);
        String tier = RelayWorld.TIERS.get(0).topic();
        ProducerRecord<byte[], byte[]> empty =
                new ProducerRecord<>(tier, 1, "k".getBytes(StandardCharsets.UTF_8), null);
        RecordHeaders.put(empty.headers(), DeliveryRecords.DELAY_MS, 100);
        RecordHeaders.put(empty.headers(), DeliveryRecords.DELIVERY_ID, "empty");
        ProducerRecord<byte[], byte[]> full = RelayWorld.message(tier, "full", 1);
        RecordHeaders.put(full.headers(), DeliveryRecords.DELAY_MS, 100);
        full.headers().add("ce_odd", null).add("traceparent", new byte[] {(byte) 0xFF, 0});
        try (TierRelay relay = world.relay("one")) {
            broker.send(empty);
            broker.send(full);
            await().atMost(PATIENCE)
                    .until(() -> broker.records(Topics.DELIVERIES).size() == 2);
            assertThat(relay.readiness().isReady()).isTrue();
        }

        List<ConsumerRecord<byte[], byte[]>> back = broker.records(Topics.DELIVERIES);
        assertThat(back.get(0).value()).isNull();
        assertThat(back.get(0).key()).isEqualTo(empty.key());
        assertThat(back.get(1).value()).isEqualTo(full.value());
        assertThat(back.get(1).headers().toArray())
                .extracting(Header::key)
                .containsExactly(DeliveryRecords.DELIVERY_ID, "ce_odd", "traceparent");
        assertThat(back.get(1).headers().lastHeader("traceparent").value()).isEqualTo(new byte[] {(byte) 0xFF, 0});
    }

    @Test
    void whatCanNotBeReadBecomesADeadLetterAndTheRestGoesOn(@Fresh TestBroker broker) {
        RelayWorld world = new RelayWorld(broker);
        String tier = RelayWorld.TIERS.get(0).topic();
        ProducerRecord<byte[], byte[]> bad = RelayWorld.message(tier, "bad", 0);
        RecordHeaders.put(bad.headers(), DeliveryRecords.DELAY_MS, "soon");
        try (TierRelay relay = world.relay("one")) {
            broker.send(bad);
            world.wait(tier, "good", 0, Duration.ofMillis(200));
            assertThat(world.awaitAll(PATIENCE)).extracting(RelayWorld::id).containsExactly("good");
            assertThat(relay.readiness().isReady()).isTrue();
        }

        List<ConsumerRecord<byte[], byte[]>> dead = broker.records(Topics.DEAD_LETTERS);
        assertThat(dead).hasSize(1);
        assertThat(dead.get(0).value()).isEqualTo(bad.value());
        assertThat(new String(dead.get(0).key(), StandardCharsets.UTF_8)).isEqualTo(DeliveryId.ofOrigin(tier, 0, 0));
        assertThat(RecordHeaders.text(dead.get(0).headers(), DeliveryRecords.ORIGIN))
                .isEqualTo(tier + "/0/0");
        assertThat(RecordHeaders.text(dead.get(0).headers(), DeliveryRecords.ERROR))
                .contains("'soon'");
    }

    @Test
    void aClockThatIsAnHourOffChangesNothing(@Fresh TestBroker broker) {
        RelayWorld world = new RelayWorld(broker);
        for (long offMillis : List.of(3_600_000L, -3_600_000L)) {
            try (TierRelay relay = world.relay(
                    "off" + offMillis,
                    () -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime()) + offMillis,
                    UnaryOperator.identity())) {
                await().atMost(PATIENCE).until(() -> relay.readiness().isReady());
                for (int i = 0; i < 10; i++) {
                    world.wait(RelayWorld.TIERS.get(1).topic(), "d" + offMillis + i, 0, Duration.ofMillis(400));
                }
                assertAllBackOnceAndNeverEarly(world, world.awaitAll(Duration.ofSeconds(15)));
            }
        }
    }

    @Test
    void whileRelaysComeAndGoNothingIsLostOrDoubledOrStaysPaused(@Fresh TestBroker broker, Seeds seeds) {
        RelayWorld world = new RelayWorld(broker);
        Random random = seeds.random("comings");
        TierRelay first = world.relay("one");
        try {
            for (int round = 0; round < 3; round++) {
                put(world, random, 40, "a" + round);
                try (TierRelay second = world.relay("two")) {
                    await().atMost(PATIENCE).until(() -> second.readiness().isReady());
                    put(world, random, 40, "b" + round);
                    first.close();
                    put(world, random, 40, "c" + round);
                    first = world.relay("one");
                    TierRelay begun = first;
                    await().atMost(PATIENCE).until(() -> begun.readiness().isReady());
                }
            }
            assertAllBackOnceAndNeverEarly(world, world.awaitAll(PATIENCE));
        } finally {
            first.close();
        }
    }

    @Test
    void whateverFailsAboutATransactionItsRecordsGoBackOnce(@Fresh TestBroker broker, Seeds seeds) {
        RelayWorld world = new RelayWorld(broker);
        Random faults = seeds.random("faults");
        AtomicInteger failed = new AtomicInteger();
        int first = faults.nextInt(FailingProducer.KINDS);
        try (TierRelay failing = world.relay(
                "one",
                () -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime()),
                producer -> FailingProducer.around(producer, first, faults, failed))) {
            Random random = seeds.random("deliveries");
            await().atMost(PATIENCE).until(() -> {
                put(world, random, 5, "d" + world.sent.size());
                return failed.get() >= FailingProducer.KINDS;
            });
            assertAllBackOnceAndNeverEarly(world, world.awaitAll(Duration.ofSeconds(60)));
            await().atMost(PATIENCE).until(() -> failing.readiness().isReady());
        }
    }

    @Test
    void aBrokerThatGoesAwayIsWaitedFor(@Fresh TestBroker broker, Seeds seeds) {
        RelayWorld world = new RelayWorld(broker);
        try (TierRelay relay = world.relay("one")) {
            await().atMost(PATIENCE).until(() -> relay.readiness().isReady());
            put(world, seeds.random("before"), 100, "before");
            broker.stop();
            await().pollDelay(Duration.ofMillis(500)).until(() -> true);
            broker.startAgain();
            put(world, seeds.random("after"), 20, "after");

            assertAllBackOnceAndNeverEarly(world, world.awaitAll(Duration.ofSeconds(60)));
        }
    }

    private static void put(RelayWorld world, Random random, int count, String name) {
        for (int i = 0; i < count; i++) {
            world.wait(
                    RelayWorld.TIERS.get(random.nextInt(2)).topic(),
                    name + "-" + i,
                    random.nextInt(RelayWorld.PARTITIONS),
                    Duration.ofMillis(random.nextInt(600)));
        }
    }

    static void assertAllBackOnceAndNeverEarly(RelayWorld world, List<ConsumerRecord<byte[], byte[]>> back) {
        assertThat(back)
                .extracting(RelayWorld::id)
                .containsExactlyInAnyOrderElementsOf(
                        world.sent.stream().map(RelayWorld.Sent::id).toList());
        Map<String, ConsumerRecord<byte[], byte[]>> byId =
                back.stream().collect(Collectors.toMap(RelayWorld::id, Function.identity()));
        for (RelayWorld.Sent sent : world.sent) {
            ConsumerRecord<byte[], byte[]> message = byId.get(sent.id());
            assertThat(message.partition()).as("partition of %s", sent.id()).isEqualTo(sent.partition());
            assertThat(message.headers().lastHeader(DeliveryRecords.DELAY_MS)).isNull();
            assertThat(message.timestamp())
                    .as("%s went back, on the broker's clock", sent.id())
                    .isGreaterThanOrEqualTo(sent.dueAtMillis());
        }
    }
}

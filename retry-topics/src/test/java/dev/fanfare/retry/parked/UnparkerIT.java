package dev.fanfare.retry.parked;

import static dev.fanfare.retry.parked.ParkedWorld.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.contract.RecordHeaders;
import dev.fanfare.contract.delivery.Delivery;
import dev.fanfare.contract.delivery.DeliveryRecords;
import dev.fanfare.contract.delivery.Progress;
import dev.fanfare.contract.subscription.Subscription.State;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.retry.RetryMetric;
import dev.fanfare.testkit.Fresh;
import dev.fanfare.testkit.Seeds;
import dev.fanfare.testkit.TestBroker;
import dev.fanfare.testkit.WithBroker;
import dev.fanfare.testkit.WithSeeds;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

@WithBroker
@WithSeeds
class UnparkerIT {
    @Test
    void whatIsParkedStaysUntilItsSubscriptionIsResumedThenGoesBackAsItWas(@Fresh TestBroker broker) throws Exception {
        ParkedWorld world = new ParkedWorld(broker);
        world.subscription("orders", State.PAUSED);
        world.subscription("others", State.PAUSED);
        // what the router would have written: shows the partition
        broker.send(new ProducerRecord<>(
                Topics.DELIVERIES, null, ParkedWorld.bytes(ParkedWorld.key("orders")), new byte[] {1}));
        world.park("a", "orders");
        world.park("b", "others");
        try (Unparker unparker = world.unparker("one")) {
            await().atMost(PATIENCE).until(() -> unparker.readiness().isReady());
            world.awaitOutstanding(2);
            assertThat(world.deliveries()).as("nothing goes while it is paused").hasSize(1);

            long resumed = world.subscription("orders", State.ACTIVE);
            List<ConsumerRecord<byte[], byte[]>> deliveries = world.awaitDeliveries(2);

            assertThat(deliveries).hasSize(2);
            ConsumerRecord<byte[], byte[]> back = deliveries.get(1);
            assertThat(back.partition()).isEqualTo(deliveries.get(0).partition());
            assertThat(back.key()).isEqualTo(deliveries.get(0).key());
            assertThat(back.value()).isEqualTo(ParkedWorld.bytes("body of a"));
            Delivery delivery = DeliveryRecords.read(back.headers());
            assertThat(delivery.id()).isEqualTo("a");
            assertThat(delivery.generation()).isEqualTo(ParkedWorld.GENERATION);
            assertThat(delivery.progress())
                    .as("a fresh schedule and age; the total is kept")
                    .isEqualTo(new Progress(0, 3, 0, 0, 1_000, 9_000));
            assertThat(delivery.version().offset()).as("of the resume").isEqualTo(resumed);
            assertThat(delivery.version().topicId()).isNotEqualTo("of-an-earlier-topic");
            for (String mark : List.of(DeliveryRecords.REASON, DeliveryRecords.ERROR, DeliveryRecords.ORIGIN)) {
                assertThat(back.headers().lastHeader(mark)).as(mark).isNull();
            }
            world.awaitOutstanding(1);
            assertThat(world.standing()).containsOnlyKeys("b");
            assertThat(world.meters
                            .get(RetryMetric.UNPARKED.definition().meterName())
                            .counter()
                            .count())
                    .isEqualTo(1);
        }
    }

    @Test
    void whatIsParkedWithoutAReasonGoesBackAtOnceForTheDispatcherToDecide(@Fresh TestBroker broker) {
        ParkedWorld world = new ParkedWorld(broker);
        world.subscription("active", State.ACTIVE);
        world.subscription("disabled", State.DISABLED);
        world.subscription("deleted", State.PAUSED);
        long deleted = world.delete("deleted");
        world.subscription("anew", ParkedWorld.ANOTHER_GENERATION, State.PAUSED);
        world.subscription("paused", State.PAUSED);
        try (Unparker unparker = world.unparker("one")) {
            await().atMost(PATIENCE).until(() -> unparker.readiness().isReady());
            for (String subscription : List.of("active", "disabled", "deleted", "anew", "paused", "never-there")) {
                world.park("of-" + subscription, subscription);
            }
            ProducerRecord<byte[], byte[]> unreadable =
                    new ProducerRecord<>(Topics.PARKED, null, ParkedWorld.bytes("odd"), ParkedWorld.bytes("x"));
            broker.send(unreadable);

            List<ConsumerRecord<byte[], byte[]>> back = world.awaitDeliveries(6);
            world.awaitOutstanding(1);

            assertThat(back)
                    .extracting(ParkedWorld::id)
                    .containsExactlyInAnyOrder(
                            "of-active", "of-disabled", "of-deleted", "of-anew", "of-never-there", "null");
            assertThat(back)
                    .filteredOn(one -> ParkedWorld.id(one).equals("of-deleted"))
                    .allSatisfy(one -> assertThat(DeliveryRecords.read(one.headers())
                                    .version()
                                    .offset())
                            .as("a dispatcher that knows this knows that it was deleted")
                            .isGreaterThanOrEqualTo(deleted));
            assertThat(world.standing()).containsOnlyKeys("of-paused");
        }
    }

    @Test
    void whatADispatcherParksOnAnOldViewAfterTheResumeGoesBackOnceEachTime(@Fresh TestBroker broker) {
        ParkedWorld world = new ParkedWorld(broker);
        world.subscription("orders", State.PAUSED);
        world.park("late", "orders");
        try (Unparker unparker = world.unparker("one")) {
            world.awaitOutstanding(1);
            world.subscription("orders", State.ACTIVE);
            world.awaitDeliveries(1);
            // it comes again, as a dispatcher parks it that hasn't heard of the resume
            world.park("late", "orders");
            world.park("later", "orders");

            world.awaitDeliveries(3);
            world.awaitOutstanding(0);
            assertThat(world.deliveryIds()).containsExactlyInAnyOrder("late", "late", "later");
            assertThat(world.standing()).isEmpty();
            assertThat(unparker.readiness().isReady()).isTrue();
        }
    }

    @Test
    void ofSeveralRecordsOfOneDeliveryTheLatestGoesBackAndWhatHasATombstoneDoesNot(@Fresh TestBroker broker) {
        ParkedWorld world = new ParkedWorld(broker);
        world.subscription("orders", State.PAUSED);
        world.park("twice", "orders");
        world.park("gone", "orders");
        ProducerRecord<byte[], byte[]> latest = ParkedWorld.parked("twice", "orders");
        RecordHeaders.put(latest.headers(), "ce_latest", "yes");
        broker.send(latest);
        broker.send(ParkedWorld.tombstone("gone"));
        broker.send(ParkedWorld.tombstone("never-there"));
        world.park("last", "orders");
        try (Unparker unparker = world.unparker("one")) {
            world.awaitOutstanding(2);
            world.subscription("orders", State.ACTIVE);
            world.awaitDeliveries(2);
            world.awaitOutstanding(0);

            assertThat(world.deliveryIds()).containsExactlyInAnyOrder("twice", "last");
            assertThat(world.deliveries())
                    .filteredOn(one -> ParkedWorld.id(one).equals("twice"))
                    .allSatisfy(one -> assertThat(RecordHeaders.text(one.headers(), "ce_latest"))
                            .isEqualTo("yes"));
            assertThat(unparker.readiness().isReady()).isTrue();
        }
    }

    @Test
    void aLargeResumeGoesInOrderAndLetsAnotherInBetween(@Fresh TestBroker broker) {
        ParkedWorld world = new ParkedWorld(broker);
        world.subscription("giant", State.PAUSED);
        world.subscription("small", State.PAUSED);
        List<String> giant = world.parkAll("giant", 20_000);
        List<String> small = world.parkAll("small", 50);
        try (Unparker unparker = world.unparker("one")) {
            world.awaitOutstanding(20_050);
            world.subscription("giant", State.ACTIVE);
            world.awaitDeliveries(1_000);
            world.subscription("small", State.ACTIVE);
            List<String> back =
                    world.awaitDeliveries(20_050).stream().map(ParkedWorld::id).toList();
            world.awaitOutstanding(0);

            assertThat(back)
                    .containsExactlyInAnyOrderElementsOf(
                            Stream.concat(giant.stream(), small.stream()).toList());
            assertThat(unparker.readiness().isReady()).isTrue();
        }
        // within one partition of each topic the order is that of the parking
        List<ConsumerRecord<byte[], byte[]>> parked = broker.records(Topics.PARKED).stream()
                .filter(one -> one.value() != null && one.partition() == 0)
                .filter(one -> ParkedWorld.id(one).startsWith("giant"))
                .toList();
        List<String> inOrder = parked.stream().map(ParkedWorld::id).toList();
        List<String> backInOrder = world.deliveryIds().stream()
                .filter(new java.util.HashSet<>(inOrder)::contains)
                .toList();
        assertThat(backInOrder).isEqualTo(inOrder);
    }

    @Test
    void pausedAgainInTheMiddleTheRestStaysAndNothingIsLostOrDoubled(@Fresh TestBroker broker) {
        ParkedWorld world = new ParkedWorld(broker);
        world.subscription("orders", State.PAUSED);
        List<String> ids = world.parkAll("orders", 10_000);
        AtomicBoolean pausedAgain = new AtomicBoolean();
        // the pause is written right before the third commit, so that it falls into the middle whatever the machine
        try (Unparker unparker = world.unparker(
                "one",
                producer -> ActingProducer.beforeCommit(producer, 3, () -> {
                    if (pausedAgain.compareAndSet(false, true)) {
                        world.subscription("orders", State.PAUSED);
                    }
                }))) {
            world.awaitOutstanding(10_000);
            world.subscription("orders", State.ACTIVE);
            await().atMost(PATIENCE).until(pausedAgain::get);
            world.awaitDeliveries(1_000);
            await().atMost(PATIENCE)
                    .until(() -> world.standing().size() + world.deliveries().size() == 10_000);
            List<String> first = world.deliveryIds();
            assertThat(first).as("some have gone, most have not").hasSizeBetween(1_000, 4_000);
            assertThat(world.gauge()).isEqualTo(10_000 - first.size());

            world.subscription("orders", State.ACTIVE);
            world.awaitDeliveries(10_000);
            world.awaitOutstanding(0);
            assertThat(world.deliveryIds()).containsExactlyInAnyOrderElementsOf(ids);
            assertThat(unparker.readiness().isReady()).isTrue();
        }
    }

    @Test
    void whileInstancesComeAndGoNothingIsLostOrDoubled(@Fresh TestBroker broker, Seeds seeds) {
        ParkedWorld world = new ParkedWorld(broker);
        Random random = seeds.random("comings");
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            world.subscription("s" + i, State.PAUSED);
            ids.addAll(world.parkAll("s" + i, 1_000));
        }
        Unparker first = world.unparker("one");
        try {
            for (int i = 0; i < 6; i += 2) {
                try (Unparker second = world.unparker("two")) {
                    world.subscription("s" + i, State.ACTIVE);
                    if (random.nextBoolean()) {
                        await().atMost(PATIENCE).until(() -> second.readiness().isReady());
                    }
                    world.subscription("s" + (i + 1), State.ACTIVE);
                    first.close();
                    world.awaitDeliveries((i + 1) * 1_000);
                    first = world.unparker("one");
                }
            }
            world.awaitDeliveries(ids.size());
            await().atMost(PATIENCE).until(() -> world.standing().isEmpty());
            assertThat(world.deliveryIds()).containsExactlyInAnyOrderElementsOf(ids);
        } finally {
            first.close();
        }
    }

    @Test
    void whateverFailsAboutATransactionItsDeliveriesGoBackOnce(@Fresh TestBroker broker, Seeds seeds) {
        ParkedWorld world = new ParkedWorld(broker);
        world.subscription("orders", State.PAUSED);
        List<String> ids = world.parkAll("orders", 4_000);
        ActingProducer.Faults faults = new ActingProducer.Faults(seeds.random("faults"), 2);
        try (Unparker unparker = world.unparker("one", faults::around)) {
            world.awaitOutstanding(4_000);
            world.subscription("orders", State.ACTIVE);
            world.awaitDeliveries(4_000);
            await().atMost(PATIENCE).until(() -> world.standing().isEmpty());
            assertThat(faults.count()).as("it did fail").isPositive();
            assertThat(world.deliveryIds()).containsExactlyInAnyOrderElementsOf(ids);
            await().atMost(PATIENCE).until(() -> unparker.readiness().isReady());
        }
    }
}

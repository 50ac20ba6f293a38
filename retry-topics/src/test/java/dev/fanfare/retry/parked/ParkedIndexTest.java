package dev.fanfare.retry.parked;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.retry.parked.ParkedIndex.Place;
import dev.fanfare.testkit.Seeds;
import dev.fanfare.testkit.WithSeeds;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

@WithSeeds
class ParkedIndexTest {
    private final Set<Owner> resumed = new HashSet<>();
    private final ParkedIndex index = new ParkedIndex(100, resumed::contains);

    @Test
    void whatIsPausedStaysAndGoesInOrderWhenItIsResumed() {
        Owner orders = owner("orders");
        IntStream.range(0, 5).forEach(i -> index.parked("d" + i, orders, i));

        assertThat(index.hasResumed()).isFalse();
        assertThat(index.next(10)).isEmpty();
        resume(orders);

        assertThat(index.hasResumed()).isTrue();
        assertThat(index.next(3)).extracting(Place::id).containsExactly("d0", "d1", "d2");
        assertThat(index.outstanding()).isEqualTo(5);
    }

    @Test
    void theLatestRecordOfAnIdStandsAndATombstoneTakesItAway() {
        Owner orders = resumed("orders");
        index.parked("twice", orders, 0);
        index.parked("gone", orders, 1);
        index.parked("twice", orders, 2);
        index.tombstone("gone");
        index.tombstone("never there");

        assertThat(index.next(10)).containsExactly(new Place("twice", orders, 2));
    }

    @Test
    void aRecordThatCameBeforeOurTombstoneIsCoveredByItAndOneThatCameAfterIsNot() {
        Owner orders = resumed("orders");
        index.parked("d", orders, 0);
        index.sentBack(index.next(1).get(0), 7);

        index.parked("d", orders, 5);
        assertThat(index.hasResumed()).isFalse();
        index.tombstone("d");
        index.followedTo(8);
        index.parked("d", orders, 9);

        assertThat(index.next(1)).containsExactly(new Place("d", orders, 9));
    }

    @Test
    void oneWithManyLeavesRoomForOneWithFew() {
        Owner many = resumed("many");
        Owner few = resumed("few");
        IntStream.range(0, 90).forEach(i -> index.parked("m" + i, many, i));
        index.parked("f", few, 90);

        assertThat(index.next(10)).extracting(Place::id).contains("f", "m0").hasSize(6);
    }

    @Test
    void pausedAgainNothingMoreGoes() {
        Owner orders = resumed("orders");
        index.parked("a", orders, 0);
        index.parked("b", orders, 1);
        index.sentBack(index.next(1).get(0), 5);
        resumed.remove(orders);
        index.changed(Set.of(orders.key()));

        assertThat(index.next(10)).isEmpty();
        assertThat(index.resumedKeys()).isEmpty();
        assertThat(index.outstanding()).isEqualTo(1);
    }

    @Test
    void whatIsTooOldForTheTopicIsOutstandingNoLonger() {
        Owner orders = owner("orders");
        IntStream.range(0, 5).forEach(i -> index.parked("d" + i, orders, i));
        index.beginsAt(3);

        assertThat(index.outstanding()).isEqualTo(2);
    }

    @Test
    void aPartitionFullOfOnesPausedLeavesRoomForTheOthers() {
        Owner giant = owner("giant");
        Owner small = resumed("small");
        IntStream.range(0, 1_000).forEach(i -> index.parked("g" + i, giant, i));
        index.parked("s", small, 1_000);

        assertThat(index.next(10)).containsExactly(new Place("s", small, 1_000));
        assertThat(index.outstanding()).isEqualTo(1_001);
        assertThat(index.rewindTo()).isEqualTo(ParkedIndex.NOWHERE);
    }

    /** A log of parked deliveries and tombstones, and whoever follows it as a partition does. */
    @Test
    void whateverIsParkedResumedAndPausedEachStandingRecordGoesOnceAndInOrder(Seeds seeds) {
        for (int round = 0; round < 300; round++) {
            new Walk(seeds.random("walk" + round)).run();
        }
    }

    private record Entry(String id, @Nullable Owner owner) {}

    private static final class Walk {
        private final Random random;
        private final Set<Owner> over = new HashSet<>();
        private final List<Entry> log = new ArrayList<>();
        private final List<Owner> owners;
        private final ParkedIndex index;
        private int position;
        private int mustReach;

        private Walk(Random random) {
            this.random = random;
            owners = IntStream.range(0, 1 + random.nextInt(6))
                    .mapToObj(i -> owner("s" + i))
                    .toList();
            index = new ParkedIndex(2 + random.nextInt(30), over::contains);
        }

        private void run() {
            for (int turn = 0; turn < 300; turn++) {
                switch (random.nextInt(5)) {
                    case 0, 1 -> park();
                    case 2 -> follow(random.nextInt(20));
                    case 3 -> flip(owners.get(random.nextInt(owners.size())));
                    default -> sendBack();
                }
            }
            owners.forEach(owner -> {
                over.add(owner);
                index.changed(Set.of(owner.key()));
            });
            for (int turn = 0; turn < 5_000 && !(position == log.size() && !index.hasResumed()); turn++) {
                follow(log.size());
                sendBack();
            }
            assertThat(standing()).as("all went back").isEmpty();
            assertThat(index.outstanding()).isZero();
        }

        private void park() {
            int id = random.nextInt(200);
            log.add(new Entry("d" + id, owners.get(id % owners.size())));
        }

        private void follow(int most) {
            for (int i = 0; i < most && position < log.size(); i++, position++) {
                Entry entry = log.get(position);
                if (entry.owner() == null) {
                    index.tombstone(entry.id());
                } else {
                    index.parked(entry.id(), entry.owner(), position);
                }
            }
            index.followedTo(position);
        }

        private void flip(Owner owner) {
            if (!over.remove(owner)) {
                over.add(owner);
            }
            index.changed(Set.of(owner.key()));
        }

        private void sendBack() {
            if (position < mustReach) {
                return;
            }
            List<Place> next = index.next(1 + random.nextInt(10));
            assertThat(next).extracting(Place::offset).isSorted();
            for (Place place : next) {
                assertThat(over).as("only of who is resumed").contains(place.owner());
                assertThat(standing()).as("outstanding: " + place.id()).contains(place.id());
            }
            next.forEach(place -> {
                log.add(new Entry(place.id(), null));
                index.sentBack(place, log.size() - 1);
            });
            long to = index.rewindTo();
            if (to != ParkedIndex.NOWHERE) {
                mustReach = Math.max(mustReach, position);
                position = (int) to;
                index.rewound();
            }
        }

        private Set<String> standing() {
            Set<String> standing = new HashSet<>();
            for (Entry entry : log) {
                if (entry.owner() == null) {
                    standing.remove(entry.id());
                } else {
                    standing.add(entry.id());
                }
            }
            return standing;
        }
    }

    private Owner resumed(String name) {
        Owner owner = owner(name);
        resumed.add(owner);
        return owner;
    }

    private void resume(Owner owner) {
        resumed.add(owner);
        index.changed(Set.of(owner.key()));
    }

    private static Owner owner(String name) {
        return new Owner("acme/" + name, new UUID(1, 2));
    }
}

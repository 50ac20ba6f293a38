package dev.fanfare.dispatcher.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.dispatcher.ledger.PartitionWorld.Step;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.RandomDistribution;
import net.jqwik.api.Tuple;
import net.jqwik.api.statistics.Statistics;

/** Random histories of a partition; jqwik prints the seed and shrinks a history that breaks a promise. */
class OffsetLedgerModelTest {

    @Property(tries = 600, edgeCases = EdgeCasesMode.NONE)
    void noHistoryOfAPartitionLosesOrRepeatsADelivery(@ForAll("histories") List<Step> history) {
        PartitionWorld world = new PartitionWorld();
        for (Step step : history) {
            world.take(step);
            world.check();
        }
        world.settle();
        assertThat(world.lost()).isEmpty();
        Statistics.label("restored from metadata").collect(world.restoredFromMetadata() > 0);
        Statistics.label("window ran full").collect(world.ranFull() > 0);
    }

    @Provide
    Arbitrary<List<Step>> histories() {
        Arbitrary<List<Step>> backlogs = Arbitraries.integers()
                .between(22_000, 30_000)
                .map(count -> List.<Step>of(new Step.Append(count, 0), new Step.Poll(count)));
        return Combinators.combine(
                        Arbitraries.frequencyOf(Tuple.of(5, Arbitraries.just(List.<Step>of())), Tuple.of(1, backlogs)),
                        steps().list().ofMinSize(10).ofMaxSize(60).withSizeDistribution(RandomDistribution.uniform()))
                .as((beginning, rest) ->
                        Stream.concat(beginning.stream(), rest.stream()).toList());
    }

    private static Arbitrary<Step> steps() {
        Arbitrary<Long> gaps = Arbitraries.frequencyOf(
                Tuple.of(6, Arbitraries.just(0L)),
                Tuple.of(3, Arbitraries.longs().between(1, 3)),
                Tuple.of(2, Arbitraries.longs().between(78, 84)),
                Tuple.of(1, Arbitraries.longs().between(100, 1L << 45)));
        Arbitrary<Integer> few = Arbitraries.integers().between(1, 40);
        Arbitrary<Integer> many = Arbitraries.integers().between(1, 9_000);
        Arbitrary<Double> places = Arbitraries.integers()
                .between(0, 99)
                .withDistribution(RandomDistribution.uniform())
                .map(percent -> percent / 100.0);
        return Arbitraries.frequencyOf(
                Tuple.of(8, few.flatMap(count -> gaps.map(gap -> new Step.Append(count, gap)))),
                Tuple.of(1, many.map(count -> new Step.Append(count, 0))),
                Tuple.of(8, few.map(Step.Poll::new)),
                Tuple.of(2, many.map(Step.Poll::new)),
                Tuple.of(6, places.flatMap(at -> few.map(count -> new Step.Complete(at, count, 1)))),
                Tuple.of(
                        3,
                        places.flatMap(at -> many.flatMap(count -> Arbitraries.integers()
                                .between(1, 5)
                                .map(every -> new Step.Complete(at, count, every))))),
                Tuple.of(1, Arbitraries.just(new Step.GiveUpTheBase())),
                Tuple.of(6, Arbitraries.just(new Step.Commit())),
                Tuple.of(2, Arbitraries.just(new Step.Crash())),
                Tuple.of(2, Arbitraries.just(new Step.Revoke())),
                Tuple.of(1, places.map(Step.DamageMetadata::new)),
                Tuple.of(1, places.flatMap(at -> few.map(count -> new Step.LogLoses(at, count)))),
                Tuple.of(1, places.map(Step.LateCompletion::new)));
    }
}

package dev.fanfare.router.matching;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.contract.delivery.HashRange;
import dev.fanfare.contract.filter.Filter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.arbitraries.ListArbitrary;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SubscriptionIndexTest {
    private static final List<String> TENANTS = List.of("acme", "default");
    private static final List<String> TYPES =
            List.of("a", "b", "a.a", "a.b", "a.bb", "a.b.a", "a.b.b", "b.a", "b.a.b.a");
    private static final List<String> PATTERNS =
            List.of("*", "a", "a.*", "a.b", "a.b.*", "a.bb", "a.b.a", "b.*", "b.a", "b.a.*", "b.a.b.*", "c");

    /** One change to one subscription. */
    private record Change(String tenant, String id, boolean deleted, boolean active, List<String> patterns) {}

    @Property(tries = 500)
    void findsWhatANaiveMatcherFindsAfterAnyChanges(@ForAll("changes") List<Change> changes) {
        assertFindsAsANaiveMatcherDoes(changes);
    }

    @Property(tries = 200)
    void findsWhatANaiveMatcherFindsWhereManyWantTheSame(@ForAll("crowds") List<Change> changes) {
        assertFindsAsANaiveMatcherDoes(changes);
    }

    private static void assertFindsAsANaiveMatcherDoes(List<Change> changes) {
        SubscriptionIndex index = new SubscriptionIndex();
        Map<String, RoutedSubscription> rows = new HashMap<>();
        Map<String, Change> model = new HashMap<>();
        for (int i = 0; i < changes.size(); i++) {
            Change change = changes.get(i);
            String key = change.tenant() + "/" + change.id();
            if (change.deleted()) {
                index.change(rows.remove(key), null);
                model.remove(key);
            } else {
                RoutedSubscription after =
                        subscription(change.tenant(), change.id(), change.active(), change.patterns());
                index.change(rows.put(key, after), new Candidate(after, i));
                model.put(key, change);
            }
        }
        for (String tenant : TENANTS) {
            for (String type : TYPES) {
                assertThat(found(index, tenant, type))
                        .describedAs("tenant %s, type %s", tenant, type)
                        .containsExactlyInAnyOrderElementsOf(model.values().stream()
                                .filter(row -> row.active() && row.tenant().equals(tenant))
                                .filter(row -> row.patterns().stream().anyMatch(pattern -> matches(pattern, type)))
                                .map(Change::id)
                                .toList());
            }
        }
    }

    private static boolean matches(String pattern, String type) {
        return pattern.equals("*")
                || pattern.equals(type)
                || (pattern.endsWith(".*") && type.startsWith(pattern.replace("*", "")));
    }

    @Provide
    Arbitrary<List<Change>> changes() {
        return changes(Arbitraries.of(TENANTS), Arbitraries.of(PATTERNS)).ofMaxSize(200);
    }

    @Provide
    Arbitrary<List<Change>> crowds() {
        return changes(Arbitraries.of("acme"), Arbitraries.of("*", "a.*"))
                .ofMinSize(100)
                .ofMaxSize(300);
    }

    private static ListArbitrary<Change> changes(Arbitrary<String> tenant, Arbitrary<String> pattern) {
        Arbitrary<String> id = Arbitraries.integers().between(1, 40).map(n -> "s" + n);
        return Combinators.combine(
                        tenant,
                        id,
                        mostly(false),
                        mostly(true),
                        pattern.list().ofMinSize(1).ofMaxSize(4))
                .as(Change::new)
                .list();
    }

    private static Arbitrary<Boolean> mostly(boolean value) {
        return Arbitraries.frequency(Tuple.of(6, value), Tuple.of(1, !value));
    }

    @ParameterizedTest
    @CsvSource({
        "invoice.*, invoice.paid, true",
        "invoice.*, invoice.paid.eu, true",
        "invoice.*, invoice, false",
        "invoice.*, invoices.paid, false",
        "invoice.paid, invoice.paid, true",
        "invoice.paid, invoice.paid.eu, false",
        "*, anything, true",
    })
    void aPatternMatches(String pattern, String type, boolean expected) {
        SubscriptionIndex index = new SubscriptionIndex();
        index.change(null, new Candidate(subscription("acme", "s", true, List.of(pattern)), 0));
        assertThat(found(index, "acme", type)).hasSize(expected ? 1 : 0);
    }

    @Test
    void aSubscriptionWithSeveralMatchingPatternsIsFoundOnce() {
        SubscriptionIndex index = new SubscriptionIndex();
        List<String> patterns = List.of("a.b", "a.*", "*", "a.b", "a.b.*");
        index.change(null, new Candidate(subscription("acme", "s", true, patterns), 0));
        assertThat(found(index, "acme", "a.b")).containsExactly("s");
    }

    @Test
    void whatIsFoundIsTheLatestVersion() {
        SubscriptionIndex index = new SubscriptionIndex();
        RoutedSubscription first = subscription("acme", "s", true, List.of("a"));
        RoutedSubscription second = subscription("acme", "s", true, List.of("a"));
        index.change(null, new Candidate(first, 7));
        index.change(first, new Candidate(second, 9));
        List<Candidate> found = new ArrayList<>();
        index.find("acme", "a", HashRange.ALL, found);
        assertThat(found).hasSize(1);
        assertThat(found.get(0).versionOffset()).isEqualTo(9);
        assertThat(found.get(0).subscription().generation()).isEqualTo(second.generation());
    }

    @Test
    void findingAddsToWhatIsThere() {
        SubscriptionIndex index = new SubscriptionIndex();
        index.change(null, new Candidate(subscription("acme", "s", true, List.of("a")), 0));
        List<Object> found = new ArrayList<>(List.of("kept"));
        index.find("acme", "a", HashRange.ALL, found);
        assertThat(found).hasSize(2).startsWith("kept");
    }

    /** Some went again, so that the shares of a bucket grew and shrank. */
    @ParameterizedTest
    @ValueSource(ints = {10, 17, 5_000})
    void eachIsInOneShareHoweverManyWantTheSame(int many) {
        SubscriptionIndex index = new SubscriptionIndex();
        for (int i = 0; i < many; i++) {
            index.change(null, new Candidate(subscription("acme", "s" + i, true, List.of("a")), i));
        }
        index.change(subscription("acme", "s3", true, List.of("a")), null);
        List<Candidate> found = new ArrayList<>();
        for (int part = 0; part < 7; part++) {
            HashRange share = new HashRange(part, 7);
            int before = found.size();
            index.find("acme", "a", share, found);
            assertThat(found.subList(before, found.size())).allMatch(candidate -> candidate.isIn(share));
        }
        assertThat(found)
                .extracting(candidate -> candidate.subscription().id())
                .containsExactlyInAnyOrderElementsOf(found(index, "acme", "a"))
                .hasSize(many - 1);
    }

    /** Whoever chooses ids may choose such: they can't be told apart by shares, however many there are. */
    @Test
    void idsOfTheSameHashCostNoMoreMemoryThanOthers() {
        SubscriptionIndex index = new SubscriptionIndex();
        int many = 1_100;
        for (int i = 0; i < many; i++) {
            StringBuilder id = new StringBuilder();
            for (int bit = 0; bit < 11; bit++) {
                id.append((i >> bit & 1) == 0 ? "Aa" : "BB");
            }
            index.change(null, new Candidate(subscription("acme", id.toString(), true, List.of("a")), i));
        }
        assertThat(found(index, "acme", "a")).hasSize(many);
    }

    /** From one pattern to another that matches the same event: whoever looks meanwhile finds it, and once. */
    @Test
    void aSubscriptionThatMovesIsNeitherMissedNorFoundTwice() throws Exception {
        SubscriptionIndex index = new SubscriptionIndex();
        RoutedSubscription exact = subscription("acme", "s", true, List.of("a.b"));
        RoutedSubscription wide = subscription("acme", "s", true, List.of("a.*"));
        RoutedSubscription widest = subscription("acme", "s", true, List.of("*", "c"));
        List<RoutedSubscription> versions = List.of(exact, wide, widest, wide);
        index.change(null, new Candidate(exact, 0));
        AtomicBoolean done = new AtomicBoolean();
        ExecutorService readers = Executors.newFixedThreadPool(2);
        try {
            List<CompletableFuture<Integer>> wrong = IntStream.range(0, 2)
                    .mapToObj(reader -> CompletableFuture.supplyAsync(() -> countWrong(index, done), readers))
                    .toList();
            for (int i = 0; i < 200_000; i++) {
                index.change(versions.get(i % 4), new Candidate(versions.get((i + 1) % 4), i));
            }
            done.set(true);
            for (CompletableFuture<Integer> count : wrong) {
                assertThat(count.get()).isZero();
            }
        } finally {
            done.set(true);
            readers.shutdownNow();
        }
    }

    private static int countWrong(SubscriptionIndex index, AtomicBoolean done) {
        int wrong = 0;
        List<Candidate> found = new ArrayList<>();
        while (!done.get()) {
            found.clear();
            index.find("acme", "a.b", HashRange.ALL, found);
            wrong += found.size() == 1 ? 0 : 1;
        }
        return wrong;
    }

    private static List<String> found(SubscriptionIndex index, String tenant, String type) {
        List<Candidate> found = new ArrayList<>();
        index.find(tenant, type, HashRange.ALL, found);
        return found.stream().map(candidate -> candidate.subscription().id()).toList();
    }

    private static RoutedSubscription subscription(String tenant, String id, boolean active, List<String> patterns) {
        return new RoutedSubscription(
                tenant, id, UUID.randomUUID(), active, false, true, TypePattern.keys(patterns), Filter.EVERYTHING);
    }
}

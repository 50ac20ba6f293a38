package dev.fanfare.router.matching;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.contract.Json;
import dev.fanfare.contract.event.Event;
import dev.fanfare.contract.filter.Filter;
import dev.fanfare.contract.filter.FilterFailure;
import dev.fanfare.contract.problem.Problem.FieldError;
import dev.fanfare.contract.subscription.Subscription;
import dev.fanfare.contract.subscription.Subscription.State;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SubscriptionMatcherTest {
    private static final List<String> WORDS = List.of("a", "ab", "b", "ba", "A");

    /** A filter as a subscriber writes it, and what it means, said once more and naively. */
    private record Meant(String json, Predicate<Sent> wants) {}

    /** An event with what its body holds; null where that is no JSON. */
    private record Sent(Event event, @Nullable Integer number) {
        @Nullable String attribute(String name) {
            return event.attributes().get(name);
        }
    }

    /** One change to one subscription; without filters it is deleted. */
    private record Change(
            String id,
            State state,
            List<String> types,
            @Nullable List<Meant> filters) {}

    @Property(tries = 400)
    void matchesWhatANaiveMatcherMatchesAfterAnyChanges(
            @ForAll("changes") List<Change> changes, @ForAll("events") List<Sent> events) throws Exception {
        SubscriptionIndex index = new SubscriptionIndex();
        FilterPool pool = new FilterPool();
        List<FilterFailure> failures = new ArrayList<>();
        SubscriptionMatcher matcher = new SubscriptionMatcher(index, failures::add);
        Map<String, RoutedSubscription> rows = new HashMap<>();
        Map<String, Change> model = new HashMap<>();
        for (Change change : changes) {
            if (change.filters() == null) {
                index.change(rows.remove(change.id()), null);
                model.remove(change.id());
            } else {
                RoutedSubscription routed = routed(change, change.filters(), pool);
                index.change(rows.put(change.id(), routed), new Candidate(routed, 0));
                model.put(change.id(), change);
            }
            for (Sent sent : events) {
                assertThat(matcher.match("acme", sent.event()))
                        .extracting(match -> match.subscription().id())
                        .containsExactlyInAnyOrderElementsOf(model.values().stream()
                                .filter(row -> wants(row, sent))
                                .map(Change::id)
                                .toList());
                assertThat(matcher.match("other", sent.event())).isEmpty();
            }
        }
    }

    private static boolean wants(Change row, Sent sent) {
        boolean type = row.types().stream()
                .anyMatch(pattern -> pattern.equals("*")
                        || pattern.equals(sent.event().type())
                        || (pattern.endsWith(".*") && sent.event().type().startsWith(pattern.replace("*", ""))));
        return type
                && row.state() != State.DISABLED
                && row.filters() != null
                && row.filters().stream().allMatch(filter -> filter.wants().test(sent));
    }

    /** By the way of a record on the topic. */
    private static RoutedSubscription routed(Change change, List<Meant> filters, FilterPool pool) throws Exception {
        Subscription subscription = Subscription.builder(
                        "acme", change.id(), new UUID(1, 2), URI.create("https://example.com/"))
                .eventTypes(change.types())
                .filters(Json.STRICT.readTree(
                        filters.stream().map(Meant::json).collect(Collectors.joining(",", "[", "]"))))
                .state(change.state(), null)
                .build();
        List<FieldError> faults = new ArrayList<>();
        RoutedSubscription routed = RoutedSubscription.of(Subscription.fromJson(subscription.toJson()), pool, faults);
        assertThat(faults).isEmpty();
        return routed;
    }

    @Provide
    Arbitrary<List<Change>> changes() {
        Arbitrary<String> id = Arbitraries.of("s1", "s2", "s3", "s4", "s5");
        Arbitrary<State> state = Arbitraries.of(State.ACTIVE, State.ACTIVE, State.ACTIVE, State.PAUSED, State.DISABLED);
        Arbitrary<List<String>> types =
                Arbitraries.of("*", "x", "x.*", "x.y", "y").list().ofMinSize(1).ofMaxSize(3);
        Arbitrary<List<Meant>> filters = filter(3).list().ofMaxSize(2).injectNull(0.1);
        return Combinators.combine(id, state, types, filters)
                .as(Change::new)
                .list()
                .ofMaxSize(12);
    }

    private static Arbitrary<Meant> filter(int depth) {
        Arbitrary<Meant> leaf = Arbitraries.oneOf(List.of(attributes(), attributes(), sql(), data()));
        if (depth == 0) {
            return leaf;
        }
        Arbitrary<List<Meant>> some = filter(depth - 1).list().ofMinSize(1).ofMaxSize(3);
        return Arbitraries.frequencyOf(
                Tuple.of(4, leaf),
                Tuple.of(
                        1,
                        some.map(list -> new Meant("{\"all\":" + json(list) + "}", sent -> list.stream()
                                .allMatch(one -> one.wants().test(sent))))),
                Tuple.of(
                        1,
                        some.map(list -> new Meant("{\"any\":" + json(list) + "}", sent -> list.stream()
                                .anyMatch(one -> one.wants().test(sent))))),
                Tuple.of(
                        1,
                        filter(depth - 1)
                                .map(one -> new Meant(
                                        "{\"not\":" + one.json() + "}",
                                        one.wants().negate()))));
    }

    private static String json(List<Meant> list) {
        return list.stream().map(Meant::json).collect(Collectors.joining(",", "[", "]"));
    }

    private static Arbitrary<Meant> attributes() {
        return Combinators.combine(
                        Arbitraries.of("exact", "prefix", "suffix"),
                        Arbitraries.of("subject", "region", "type"),
                        Arbitraries.of(WORDS),
                        Arbitraries.of(WORDS))
                .as((dialect, name, text, second) -> new Meant(
                        "{\"" + dialect + "\":{\"" + name + "\":\"" + text + "\",\"ext\":\"" + second + "\"}}",
                        sent -> holds(dialect, sent.attribute(name), text)
                                && holds(dialect, sent.attribute("ext"), second)));
    }

    private static boolean holds(String dialect, @Nullable String value, String text) {
        return value != null
                && switch (dialect) {
                    case "exact" -> value.equals(text);
                    case "prefix" -> value.startsWith(text);
                    default -> value.endsWith(text);
                };
    }

    /** Of an attribute that is not there, CloudEvents SQL makes an error, and the filter false. */
    private static Arbitrary<Meant> sql() {
        return Combinators.combine(
                        Arbitraries.of("subject", "region"),
                        Arbitraries.of(WORDS),
                        Arbitraries.integers().between(0, 3))
                .as((name, word, kind) -> switch (kind) {
                    case 0 ->
                        new Meant(
                                "{\"sql\":\"" + name + " = '" + word + "'\"}",
                                sent -> word.equals(sent.attribute(name)));
                    case 1 ->
                        new Meant(
                                "{\"sql\":\"" + name + " LIKE '%" + word + "_'\"}",
                                sent -> sent.attribute(name) != null
                                        && sent.attribute(name).matches(".*" + word + "."));
                    case 2 -> new Meant("{\"sql\":\"NOT EXISTS " + name + "\"}", sent -> sent.attribute(name) == null);
                    default ->
                        new Meant(
                                "{\"sql\":\"" + name + " <> '" + word + "'\"}",
                                sent -> sent.attribute(name) != null && !word.equals(sent.attribute(name)));
                });
    }

    private static Arbitrary<Meant> data() {
        return Combinators.combine(Arbitraries.integers().between(-2, 2), Arbitraries.of("gt", "lte", "eq", "ne"))
                .as((bound, comparison) -> new Meant(
                        "{\"data\":{\"/a/n\":{\"" + comparison + "\":" + bound + "},\"/a\":{\"exists\":true}}}",
                        sent -> sent.number() != null
                                && switch (comparison) {
                                    case "gt" -> sent.number() > bound;
                                    case "lte" -> sent.number() <= bound;
                                    case "eq" -> sent.number().intValue() == bound;
                                    default -> sent.number().intValue() != bound;
                                }));
    }

    @Provide
    Arbitrary<List<Sent>> events() {
        Arbitrary<String> word = Arbitraries.of(WORDS);
        return Combinators.combine(
                        Arbitraries.of("x", "x.y", "x.y.z", "y", "ab"),
                        word.injectNull(0.3),
                        word.injectNull(0.3),
                        word.injectNull(0.3),
                        Arbitraries.integers().between(-3, 3).injectNull(0.3))
                .as((type, subject, region, ext, number) -> {
                    Map<String, String> attributes = new HashMap<>(Map.of("id", "1", "type", type, "source", "/s"));
                    putIfThere(attributes, "subject", subject);
                    putIfThere(attributes, "region", region);
                    putIfThere(attributes, "ext", ext);
                    byte[] data = (number == null ? "<a/>" : "{\"a\":{\"n\":" + number + "}}").getBytes(UTF_8);
                    return new Sent(new Event(attributes, "application/json", data), number);
                })
                .list()
                .ofMinSize(1)
                .ofMaxSize(6);
    }

    private static void putIfThere(Map<String, String> attributes, String name, @Nullable String value) {
        if (value != null) {
            attributes.put(name, value);
        }
    }

    @Test
    void subscriptionsGivenTheSameFiltersShareThem() throws Exception {
        FilterPool pool = new FilterPool();
        Filter one = compile(pool, "[{\"sql\": \"region = 'eu'\"}]");
        assertThat(compile(pool, "[{\"sql\":\"region = 'eu'\"}]")).isSameAs(one);
        for (int i = 0; i < 1_000; i++) {
            compile(pool, "[{\"exact\":{\"subject\":\"" + i + "\"}}]");
        }
        assertThat(compile(pool, "[{\"sql\":\"region = 'eu'\"}]"))
                .as("forgotten, so that the pool doesn't grow without end")
                .isNotSameAs(one);
        assertThat(pool.compile(null, new ArrayList<>())).isSameAs(Filter.EVERYTHING);
    }

    private static Filter compile(FilterPool pool, String filters) throws Exception {
        return pool.compile(Json.STRICT.readTree(filters), new ArrayList<>());
    }

    @Test
    void aBodyIsParsedOnceHoweverManyFiltersAskForIt() throws Exception {
        SubscriptionIndex index = new SubscriptionIndex();
        FilterPool pool = new FilterPool();
        for (int i = 0; i < 5; i++) {
            String id = "s" + i;
            Meant filter = new Meant("{\"data\":{\"/a\":{\"eq\":" + i + "}}}", sent -> true);
            RoutedSubscription routed =
                    routed(new Change(id, State.ACTIVE, List.of("*"), List.of()), List.of(filter), pool);
            index.change(null, new Candidate(routed, 0));
        }
        List<FilterFailure> failures = new ArrayList<>();
        SubscriptionMatcher matcher = new SubscriptionMatcher(index, failures::add);
        Event event = new Event(Map.of("id", "1", "type", "x", "source", "/s"), "application/json", new byte[] {'{'});
        assertThat(matcher.match("acme", event)).isEmpty();
        assertThat(failures).as("told at the parsing, so once").containsExactly(FilterFailure.BODY);
    }
}

package dev.fanfare.control.attempt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.contract.delivery.Attempt;
import dev.fanfare.contract.delivery.Verdict;
import dev.fanfare.testkit.Seeds;
import dev.fanfare.testkit.WithSeeds;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@WithSeeds
class AttemptStoreTest {
    private static final long DAY = 24 * 60 * 60 * 1_000L;
    private static final long MONDAY = 20_000 * DAY;
    private static final long MEMORY = 8L * 1024 * 1024;

    @TempDir
    Path folder;

    private final List<AttemptStore.Source> written = new ArrayList<>();
    private AttemptStore store;
    private long nextOffset;

    @BeforeEach
    void open() {
        store = AttemptStore.open(folder, "topic-a", MEMORY);
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void everyQueryFindsWhatLookingAtAllOfThemFindsAndPagesFitTogether(Seeds seeds) {
        Random random = seeds.random("attempts");
        for (int batch = 0; batch < 10; batch++) {
            List<AttemptStore.Source> sources = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                sources.add(source(random(random)));
            }
            write(sources);
        }
        for (int round = 0; round < 300; round++) {
            AttemptQuery query = randomQuery(random);
            int limit = 1 + random.nextInt(50);
            assertThat(all(query, limit)).as("%s", query).isEqualTo(expected(query));
        }
    }

    @Test
    void whatIsReadTwiceIsThereOnce() {
        AttemptStore.Source one = source(attempt("sub", "e", "d", Verdict.RETRY, 503, MONDAY));
        store.write(List.of(one), Map.of(0, 1L));
        store.write(List.of(one), Map.of(0, 1L));
        assertThat(all(AttemptQuery.of("t"), 10)).hasSize(1);
    }

    @Test
    void aFolderKnowsHowFarItWasReadAndWhatItHeldAfterItIsOpenedAgain() {
        write(List.of(source(attempt("sub", "e", "d", Verdict.RETRY, 503, MONDAY))));
        store.close();
        open();
        assertThat(store.position(0)).isEqualTo(1);
        assertThat(store.position(1)).isNull();
        assertThat(all(AttemptQuery.of("t").event("e"), 10)).hasSize(1);
        assertThat(store.minutes("t", MONDAY, MONDAY + 1).get(MONDAY).retrying())
                .isEqualTo(1);
    }

    @Test
    void failuresInARowAreKnownAfterItIsOpenedAgainAndOneSuccessEndsThem() {
        write(List.of(
                source(attempt("sub", "e-1", "d-1", Verdict.RETRY, 503, MONDAY)),
                source(attempt("fine", "e-1", "d-2", Verdict.RETRY, 503, MONDAY)),
                source(attempt("fine", "e-1", "d-2", Verdict.DELIVERED, 200, MONDAY + 1))));
        write(List.of(
                source(attempt("sub", "e-2", "d-3", Verdict.EXHAUSTED, null, MONDAY + 2 * DAY)),
                source(attempt("sub", "e-3", "d-4", Verdict.DEFERRED, null, MONDAY + 3 * DAY)),
                source(attempt("sub", "e-4", "d-5", Verdict.PARKED, null, MONDAY + 3 * DAY))));
        Streak failing = new Streak("t", "sub", MONDAY + 12, MONDAY + 2 * DAY + 12, 2);
        assertThat(store.failing()).containsExactly(failing);
        store.close();
        open();
        assertThat(store.failing()).containsExactly(failing);
        write(List.of(source(attempt("sub", "e-2", "d-3", Verdict.DELIVERED, 204, MONDAY + 3 * DAY))));
        assertThat(store.failing()).isEmpty();
        store.close();
        open();
        assertThat(store.failing()).isEmpty();
    }

    @Test
    void failuresOfWhomNothingIsHeardAnyMoreAreForgotten() {
        write(List.of(
                source(attempt("gone", "e-1", "d-1", Verdict.RETRY, 503, MONDAY)),
                source(attempt("sub", "e-1", "d-2", Verdict.RETRY, 503, MONDAY + 3 * DAY))));
        store.dropBefore(MONDAY + 2 * DAY);
        assertThat(store.failing()).extracting(Streak::subscription).containsExactly("sub");
        store.close();
        open();
        assertThat(store.failing()).extracting(Streak::subscription).containsExactly("sub");
    }

    @Test
    void aFolderOfAnotherTopicIsBegunAnew() {
        write(List.of(source(attempt("sub", "e", "d", Verdict.RETRY, 503, MONDAY))));
        store.close();
        store = AttemptStore.open(folder, "topic-b", MEMORY);
        assertThat(store.position(0)).isNull();
        assertThat(all(AttemptQuery.of("t"), 10)).isEmpty();
    }

    @Test
    void aDamagedFolderIsBegunAnew() throws Exception {
        write(List.of(source(attempt("sub", "e", "d", Verdict.RETRY, 503, MONDAY))));
        store.close();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(f -> f.getFileName().toString().startsWith("MANIFEST"))
                    .toList()) {
                Files.write(file, "nonsense".getBytes(StandardCharsets.UTF_8));
            }
        }
        open();
        assertThat(store.position(0)).isNull();
        write(List.of(source(attempt("sub", "e", "d", Verdict.RETRY, 503, MONDAY))));
        assertThat(all(AttemptQuery.of("t"), 10)).isNotEmpty();
    }

    @Test
    void aFolderWithADamagedBlockIsBegunAnew() throws Exception {
        write(List.of(source(attempt("sub", "e", "d", Verdict.RETRY, 503, MONDAY))));
        store.close();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".sst")).toList()) {
                byte[] bytes = Files.readAllBytes(file);
                // all but the footer, which says where the blocks are
                for (int i = 0; i < bytes.length - 64; i++) {
                    bytes[i] ^= 1;
                }
                Files.write(file, bytes);
            }
        }
        open();
        assertThat(store.position(0)).isNull();
        assertThat(all(AttemptQuery.of("t"), 10)).isEmpty();
    }

    @Test
    void aFolderInUseIsRefusedAndLeftAlone() {
        write(List.of(source(attempt("sub", "e", "d", Verdict.RETRY, 503, MONDAY))));
        assertThatThrownBy(() -> AttemptStore.open(folder, "topic-b", MEMORY))
                .hasMessageContaining("in use by another process")
                .hasMessageContaining("control.state-dir");
        assertThat(all(AttemptQuery.of("t"), 10)).hasSize(1);
    }

    @Test
    void daysThatAreOverAreDroppedAndTheOthersStay() {
        for (int day = 0; day < 4; day++) {
            write(List.of(source(attempt("sub", "e-" + day, "d", Verdict.RETRY, 503, MONDAY + day * DAY + 5))));
        }
        store.dropBefore(MONDAY + 2 * DAY + 10);
        assertThat(all(AttemptQuery.of("t"), 10)).extracting(Attempt::eventId).containsExactly("e-3", "e-2");
        store.close();
        open();
        assertThat(all(AttemptQuery.of("t"), 10)).hasSize(2);
    }

    @Test
    void countsAreByTheMinuteAndByTheFiveMinutesOfASubscription() {
        for (int i = 0; i < 120; i++) {
            boolean failed = i % 10 == 0;
            write(List.of(source(attempt(
                    "sub-" + i % 2,
                    "e",
                    "d",
                    failed ? Verdict.RETRY : Verdict.DELIVERED,
                    failed ? 503 : 204,
                    MONDAY + i * 10_000L))));
        }
        assertThat(store.minutes("t", MONDAY, MONDAY + DAY)).hasSize(20);
        assertThat(store.minutes("t", MONDAY + 59_999, MONDAY + 60_000)).containsOnlyKeys(MONDAY);
        Tally first = store.fiveMinutes("t", "sub-0", MONDAY, MONDAY + 1).get(MONDAY);
        assertThat(first.delivered()).isEqualTo(12);
        assertThat(first.failures()).isEqualTo(Map.of(503, 3L));
        assertThat(first.percentileMillis(0.5)).isBetween(5L, 18L);
        assertThat(store.minutes("other", MONDAY, MONDAY + DAY)).isEmpty();
    }

    @Test
    void countsOfAnySizeAreReadBackAsTheyWereAndFewOfThemAreSmall(Seeds seeds) {
        Random random = seeds.random("counts");
        Tally few = new Tally();
        few.add(attempt("sub", "e", "d", Verdict.RETRY, 503, MONDAY));
        assertThat(few.bytes()).hasSizeLessThan(16);
        Tally many = new Tally();
        for (int doubling = 0; doubling < 60; doubling++) {
            many.add(random(random));
            Tally read = Tally.read(many.bytes());
            assertThat(read.failures()).isEqualTo(many.failures());
            for (Verdict verdict : Verdict.values()) {
                assertThat(read.count(verdict)).isEqualTo(many.count(verdict));
            }
            for (double share : List.of(0.01, 0.5, 0.99)) {
                assertThat(read.percentileMillis(share)).isEqualTo(many.percentileMillis(share));
            }
            many.add(read);
        }
    }

    private void write(List<AttemptStore.Source> sources) {
        written.addAll(sources);
        store.write(sources, Map.of(0, nextOffset));
    }

    private AttemptStore.Source source(Attempt attempt) {
        return new AttemptStore.Source(attempt, attempt.toJson(), 0, nextOffset++);
    }

    private List<Attempt> all(AttemptQuery query, int limit) {
        List<Attempt> found = new ArrayList<>();
        String next = null;
        do {
            AttemptPage page = new Finding(store, query, AttemptList.of(query), limit)
                    .from(next == null ? null : Place.parse(next));
            assertThat(page.attempts()).hasSizeLessThanOrEqualTo(limit);
            found.addAll(page.attempts());
            next = page.next();
        } while (next != null);
        return found;
    }

    private List<Attempt> expected(AttemptQuery query) {
        return written.stream()
                .filter(source -> query.matches(source.attempt()))
                .sorted(Comparator.comparingLong((AttemptStore.Source source) ->
                                -source.attempt().startedAtMillis())
                        .thenComparingLong(AttemptStore.Source::offset))
                .map(AttemptStore.Source::attempt)
                .toList();
    }

    private static Attempt random(Random random) {
        Verdict verdict = Verdict.values()[random.nextInt(Verdict.values().length)];
        Integer failed =
                random.nextInt(3) == 0 ? null : List.of(200, 302, 410, 500, 503).get(random.nextInt(5));
        Integer status = verdict == Verdict.DELIVERED ? Integer.valueOf(200 + random.nextInt(2) * 4) : failed;
        return new Attempt(
                "d-" + random.nextInt(200),
                "t" + (random.nextInt(4) == 0 ? "2" : ""),
                "sub-" + random.nextInt(5),
                "e-" + random.nextInt(100),
                "type",
                1,
                verdict.text(),
                MONDAY + random.nextInt((int) (4 * DAY / 60_000)) * 60_000L,
                random.nextInt(5_000),
                status,
                null,
                null,
                null,
                null);
    }

    private static AttemptQuery randomQuery(Random random) {
        AttemptQuery query = AttemptQuery.of(random.nextInt(4) == 0 ? "t2" : "t");
        query = random.nextInt(3) == 0 ? query.subscription("sub-" + random.nextInt(6)) : query;
        query = random.nextInt(4) == 0 ? query.event("e-" + random.nextInt(100)) : query;
        query = random.nextInt(4) == 0 ? query.delivery("d-" + random.nextInt(200)) : query;
        query = random.nextInt(3) == 0 ? query.verdict(Verdict.values()[random.nextInt(5)]) : query;
        query = random.nextInt(3) == 0 ? query.status(List.of(200, 503, 404).get(random.nextInt(3))) : query;
        query = random.nextInt(3) == 0 ? query.since(MONDAY + random.nextInt(5) * DAY / 2) : query;
        return random.nextInt(3) == 0 ? query.until(MONDAY + random.nextInt(9) * DAY / 2) : query;
    }

    private static Attempt attempt(
            String subscription, String event, String delivery, Verdict verdict, @Nullable Integer status, long at) {
        return new Attempt(
                delivery, "t", subscription, event, "type", 1, verdict.text(), at, 12, status, null, null, null, null);
    }
}

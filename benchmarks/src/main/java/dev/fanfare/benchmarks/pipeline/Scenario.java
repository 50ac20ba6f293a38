package dev.fanfare.benchmarks.pipeline;

import java.util.List;
import java.util.stream.Stream;

/**
 * One thing to measure.
 *
 * @param name        as it is asked for
 * @param about       one line for people
 * @param fanOut      how many subscriptions want each event
 * @param bodyBytes   of each event
 * @param delayMillis before an endpoint answers
 * @param endpoints   that events go to by turns; 0: as many as the run has
 */
record Scenario(
        String name,
        String about,
        Kind kind,
        int fanOut,
        int bodyBytes,
        int delayMillis,
        Trouble trouble,
        int endpoints) {
    static final int KIB = 1_024;
    /** With more it takes minutes to subscribe them: such a scenario is played where it is asked for. */
    private static final int MOST_ENDPOINTS_UNASKED = 1_000;

    /** How it is played. */
    enum Kind {
        /** Events that nobody wants, as fast as they are accepted, one in a request. */
        INGEST_SINGLE,
        /** The same, a hundred in a request. */
        INGEST_BATCH,
        /** Events that are wanted, with a bounded number of deliveries under way. */
        FLOW,
        /** One event at a time, twenty a second. */
        REST,
        /** The dispatcher starts on deliveries that are there. */
        DRAIN
    }

    /** What is the matter with every tenth endpoint. */
    enum Trouble {
        NONE,
        /** It accepts, reads, and never answers. */
        HANGING,
        /** It answers 500. */
        FAILING,
        /** Half of them hang, half answer 500; of the others two in nine take 100 ms, three 20 ms. */
        MIXED
    }

    /** In the order in which they are played: what leaves something behind, or starts a role again, comes last. */
    static List<Scenario> all() {
        return List.of(
                plain("ingest-single", "events that nobody wants, one in a request", Kind.INGEST_SINGLE, 0),
                plain("ingest-batch", "the same, a hundred in a request", Kind.INGEST_BATCH, 0),
                plain("fan-out-1", "1 subscription to an event", Kind.FLOW, 1),
                endpoints(1, "all to one endpoint"),
                endpoints(10, "10 endpoints by turns"),
                endpoints(1_000, "1,000 endpoints by turns"),
                plain("fan-out-10", "10 subscriptions to an event", Kind.FLOW, 10),
                plain("fan-out-100", "100 subscriptions to an event", Kind.FLOW, 100),
                plain("fan-out-1000", "1,000 subscriptions to an event", Kind.FLOW, 1_000),
                flow("body-20k", "10 subscriptions to an event of 20 KiB", 20 * KIB, 0, Trouble.NONE),
                flow("delay-20", "10 subscriptions; endpoints take 20 ms", KIB, 20, Trouble.NONE),
                flow("delay-100", "10 subscriptions; endpoints take 100 ms", KIB, 100, Trouble.NONE),
                plain("at-rest", "one event at a time, 20 a second, 1 subscription each", Kind.REST, 1),
                flow("failing-10", "10 subscriptions, one of which answers 500", KIB, 0, Trouble.FAILING),
                flow("hanging-10", "10 subscriptions, one of which never answers", KIB, 0, Trouble.HANGING),
                flow("mixed", "10 subscriptions; slow, hanging and failing ones", KIB, 0, Trouble.MIXED),
                plain("drain", "the dispatcher starts on a backlog", Kind.DRAIN, 10),
                endpoints(10_000, "10,000 endpoints by turns (where asked for)"),
                endpoints(100_000, "100,000 endpoints by turns (where asked for)"));
    }

    private static Scenario plain(String name, String about, Kind kind, int fanOut) {
        return new Scenario(name, about, kind, fanOut, KIB, 0, Trouble.NONE, 0);
    }

    private static Scenario flow(String name, String about, int bodyBytes, int delayMillis, Trouble trouble) {
        return new Scenario(name, about, Kind.FLOW, 10, bodyBytes, delayMillis, trouble, 0);
    }

    private static Scenario endpoints(int count, String about) {
        return new Scenario(
                "endpoints-" + count,
                "1 subscription to an event, " + about,
                Kind.FLOW,
                1,
                KIB,
                0,
                Trouble.NONE,
                count);
    }

    /** Whether it is played where nobody says which. */
    boolean isUsual() {
        return endpoints <= MOST_ENDPOINTS_UNASKED;
    }

    /** How many it has, of a run that has so many. */
    int endpoints(int ofRun) {
        return endpoints > 0 ? endpoints : ofRun;
    }

    static Stream<String> names() {
        return all().stream().map(Scenario::name);
    }

    boolean isIngest() {
        return fanOut == 0;
    }

    /** How many of an event's deliveries count: those to endpoints that are well. */
    int countedPerEvent() {
        return trouble == Trouble.NONE ? fanOut : fanOut - fanOut / Course.SICK_ONE_OF;
    }

    /** Events in one request: few requests must not be what limits a small fan-out. */
    int batch() {
        return switch (kind) {
            case INGEST_BATCH -> 100;
            case FLOW, DRAIN -> fanOut >= 10 ? 1 : 10;
            case INGEST_SINGLE, REST -> 1;
        };
    }

    int connections() {
        return switch (kind) {
            case INGEST_SINGLE -> 64;
            case INGEST_BATCH -> 8;
            case FLOW, DRAIN -> 32;
            case REST -> 4;
        };
    }
}

package dev.fanfare.cli.top;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.fanfare.cli.TestShell;
import dev.fanfare.cli.top.Moment.LaneLine;
import dev.fanfare.contract.topic.Topics;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FrameTest {
    private static final String EARLIER = """
        # HELP fanfare_attempts_total Attempts
        # TYPE fanfare_attempts_total counter
        fanfare_attempts_total{status="2xx",verdict="delivered"} 100.0
        fanfare_attempts_total{status="5xx",verdict="retry"} 10.0
        fanfare_events_accepted_total 50.0
        fanfare_attempt_duration_seconds_bucket{le="0.1"} 10
        fanfare_attempt_duration_seconds_bucket{le="0.2"} 10
        fanfare_attempt_duration_seconds_bucket{le="+Inf"} 10
        """;
    private static final String LATER = """
        fanfare_attempts_total{status="2xx",verdict="delivered"} 280.0
        fanfare_attempts_total{status="5xx",verdict="retry"} 20.0
        fanfare_attempts_total{status="none",verdict="retry"} 10.0
        fanfare_attempts_total{status="none",verdict="gone"} 0.0
        fanfare_events_accepted_total 150.0 1395066363000
        fanfare_attempt_duration_seconds_bucket{le="0.1"} 20
        fanfare_attempt_duration_seconds_bucket{le="0.2"} 110
        fanfare_attempt_duration_seconds_bucket{le="+Inf"} 110
        fanfare_backlog 7.0
        fanfare_breakers_open 1.0
        fanfare_dead_letters_outstanding{reason="exhausted"} 3.0
        fanfare_dead_letters_outstanding{reason="gone"} 0.0
        fanfare_dead_letters_oldest_age_seconds 7300.5
        fanfare_retry_waiting{tier="10m"} 2.0
        fanfare_retry_waiting{tier="1m"} 5.0
        fanfare_retry_waiting{tier="1h"} NaN
        jvm_memory_used_bytes{area="heap"} 1.0
        this is no line of the format
        """;

    @TempDir
    Path home;

    private final Moment before = moment(0, EARLIER, Map.of(Topics.EVENTS, 1_000L, Topics.DELIVERIES, 10L), List.of());
    private final Moment now = moment(
            10,
            LATER,
            Map.of(Topics.EVENTS, 1_200L, Topics.DELIVERIES, 410L),
            List.of(
                    new LaneLine("default/quiet", 0, 1, 2, false, 0),
                    new LaneLine("default/deep", 1_500, 2, 2, false, 0),
                    new LaneLine("default/broken\u001b[31m", 0, 0, 1, true, 12_000)));
    private final Frame frame = Frame.of(before, now, 2);

    @Test
    void ratesAreDifferencesOverTheTimeBetween() {
        assertThat(frame.events().accepted()).isEqualTo(10);
        assertThat(frame.events().onTopic()).isEqualTo(20);
        assertThat(frame.events().deliveries()).isEqualTo(40);
        assertThat(frame.attempts())
                .as("all status classes together, and none that stood still")
                .isEqualTo(Map.of("delivered", 18.0, "retry", 2.0));
        assertThat(frame.deliveredPercent()).isEqualTo(90.0);
    }

    @Test
    void quantilesAreOfWhatHappenedInBetween() {
        assertThat(frame.attemptDuration().p50Millis()).isCloseTo(144.4, within(0.1));
        assertThat(frame.attemptDuration().p99Millis()).isCloseTo(198.9, within(0.1));
        assertThat(frame.latency().p50Millis()).as("nothing was observed").isNull();
    }

    @Test
    void queuesAreAsTheyAreNowAndTheDeepestLanesComeFirst() {
        assertThat(frame.queues().backlog()).isEqualTo(7);
        assertThat(frame.waiting().entrySet().stream().map(Object::toString))
                .as("by delay; what is no number is unknown")
                .containsExactly("1m=5", "10m=2");
        assertThat(frame.deadLetters()).isEqualTo(Map.of("exhausted", 3L));
        assertThat(frame.lanes()).extracting(LaneLine::subscription).containsExactly("default/deep", "default/quiet");
    }

    @Test
    void aProcessThatBeganAnewCountsFromItsBeginning() {
        Moment anew = moment(10, "fanfare_events_accepted_total 20", Map.of(), List.of());
        assertThat(Frame.of(before, anew, 1).events().accepted()).isEqualTo(2);
    }

    @Test
    void aProcessThatDidNotAnswerForOnceMakesNoRateOfItsWholeLife() {
        String small = "fanfare_events_accepted_total 10";
        String large = "fanfare_events_accepted_total 5000000";
        Scrape both = Scrape.together(List.of(Scrape.parse("a", small), Scrape.parse("b", large)));
        Scrape alone = Scrape.parse("a", "fanfare_events_accepted_total 30");
        assertThat(Frame.of(moment(0, both), moment(10, alone), 1).events().accepted())
                .as("b is silent")
                .isEqualTo(2);
        Scrape again = Scrape.together(List.of(
                Scrape.parse("a", "fanfare_events_accepted_total 50"),
                Scrape.parse("b", "fanfare_events_accepted_total 5000900")));
        assertThat(Frame.of(moment(10, alone), moment(20, again), 1).events().accepted())
                .as("b answers again")
                .isEqualTo(2);
    }

    @Test
    void peopleReadItInLinesOfPlainText() {
        TestShell shell = new TestShell(home);
        new FrameText(shell.shell()).print(Frame.of(before, now, 3));
        assertThat(shell.out())
                .contains("attempts    20/s   90.0 % delivered   p50 144 ms, p99 199 ms")
                .contains("1 breaker open")
                .contains("5 in 1m   2 in 10m")
                .contains("3 outstanding (exhausted 3)   0/s more   the oldest 2 h")
                .containsPattern("default/deep +1,500 +2 +2 +closed")
                .contains("open, asks again in 13 s")
                .as("nothing that steers the terminal")
                .doesNotContain("\u001b");
    }

    @Test
    void nothingAtAllIsAFrameToo() {
        Moment nothing = new Moment(
                Instant.EPOCH, 0, 0, List.of("a does not answer"), Scrape.NOTHING, List.of(), Map.of(), Map.of());
        TestShell shell = new TestShell(home);
        new FrameText(shell.shell()).print(Frame.of(nothing, nothing, 3));
        assertThat(shell.out())
                .contains("0 processes", "! a does not answer", "attempts    unknown", "dead        unknown");
    }

    private static Moment moment(int atSeconds, String metrics, Map<String, Long> ends, List<LaneLine> lanes) {
        return moment(atSeconds, Scrape.parse("a", metrics), ends, lanes);
    }

    private static Moment moment(int atSeconds, Scrape scrape) {
        return moment(atSeconds, scrape, Map.of(), List.of());
    }

    private static Moment moment(int atSeconds, Scrape scrape, Map<String, Long> ends, List<LaneLine> lanes) {
        return new Moment(
                Instant.ofEpochSecond(1_795_348_800L + atSeconds),
                atSeconds * 1_000_000_000L,
                1,
                List.of(),
                scrape,
                lanes,
                ends,
                Map.of());
    }
}

package dev.fanfare.benchmarks.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import org.junit.jupiter.api.Test;

class ScenarioTest {
    private static final URI API = URI.create("http://127.0.0.1:1");

    @Test
    void noTwoScenariosHaveTheSameName() {
        assertThat(Scenario.names()).doesNotHaveDuplicates().hasSizeGreaterThan(10);
    }

    @Test
    void whatTakesMinutesToSetUpIsPlayedWhereItIsAskedFor() {
        assertThat(Scenario.all().stream()
                        .filter(scenario -> !scenario.isUsual())
                        .map(Scenario::name))
                .containsExactly("endpoints-10000", "endpoints-100000");
    }

    @Test
    void deliveriesToSickEndpointsDoNotCount() {
        Scenario hanging = scenario("hanging-10");
        assertThat(hanging.countedPerEvent()).isEqualTo(9);
        Course course = new Course(1, 0, hanging.trouble());
        long counted =
                java.util.stream.IntStream.range(0, 500).filter(course::counts).count();
        assertThat(counted).isEqualTo(450);
        assertThat(scenario("fan-out-10").countedPerEvent()).isEqualTo(10);
    }

    @Test
    void mixedTroubleHasHangingFailingSlowAndQuickEndpoints() {
        Course course = new Course(1, 0, Scenario.Trouble.MIXED);
        assertThat(course.reply(9)).isEqualTo(Course.Reply.NEVER);
        assertThat(course.reply(19)).isEqualTo(Course.Reply.ERROR);
        assertThat(course.delayMillis(10)).isEqualTo(100);
        assertThat(course.delayMillis(13)).isEqualTo(20);
        assertThat(course.delayMillis(17)).isZero();
    }

    @Test
    void eventsHaveATypeForEachGroupOfEndpoints() throws Exception {
        try (Subscriptions all = new Subscriptions(new Target(API, API, "k", "t"), "x", 500, endpoint -> "")) {
            assertThat(all.groups(scenario("fan-out-10"))).isEqualTo(50);
            assertThat(all.groups(scenario("fan-out-1000")))
                    .as("more than endpoints")
                    .isEqualTo(1);
            assertThat(all.groups(scenario("endpoints-1"))).isEqualTo(1);
            assertThat(all.groups(scenario("endpoints-10000")))
                    .as("more than the run has")
                    .isEqualTo(10_000);
            assertThat(all.type(scenario("endpoints-10000"), 7))
                    .as("a subscription does for both")
                    .isEqualTo(all.type(scenario("fan-out-1"), 7));
            assertThat(all.type(scenario("mixed"), 7)).isEqualTo(all.type(scenario("hanging-10"), 7));
            assertThat(all.type(scenario("fan-out-1"), 7)).isNotEqualTo(all.type(scenario("fan-out-10"), 7));
        }
    }

    @Test
    void noMoreIsUnderWayThanMayBeButOneRequest() {
        long[] arrived = {0};
        Flow.Rate window = Flow.window(2_000, 10, () -> arrived[0]);
        assertThat(window.due(0)).isEqualTo(200);
        arrived[0] = 95;
        assertThat(window.due(0)).isEqualTo(209);
        assertThat(Flow.window(100, 1_000, () -> 0).due(0))
                .as("larger than the window")
                .isEqualTo(1);
    }

    @Test
    void whatIsDueDoesNotDependOnWhatComesBack() {
        Flow.Rate rate = Flow.perSecond(20);
        assertThat(rate.due(1_000_000_000L)).isEqualTo(21);
        assertThat(rate.dueNanos(20)).isEqualTo(1_000_000_000L);
    }

    private static Scenario scenario(String name) {
        return Scenario.all().stream()
                .filter(scenario -> scenario.name().equals(name))
                .findFirst()
                .orElseThrow();
    }
}

package dev.fanfare.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.testkit.TestBroker;
import dev.fanfare.torture.FaultKind;
import dev.fanfare.torture.FaultLog;
import dev.fanfare.torture.Torture;
import dev.fanfare.torture.TorturePlan;
import dev.fanfare.torture.TortureReport;
import dev.fanfare.torture.TortureRun;
import dev.fanfare.torture.Versions;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;

/**
 * {@code ./fanfare-torture} as a test: each role a process, three brokers, and some of them break. How long the machine
 * takes decides nothing: what is asked for is asked once all has come to rest.
 */
class TortureIT {
    private static final Logger LOG = LoggerFactory.getLogger(TortureIT.class);

    /** What is dead is noticed within seconds, so that the run is short. */
    private static final Map<String, String> QUICK_SESSIONS = Map.of(
            "group.consumer.session.timeout.ms", "6000",
            "group.consumer.min.session.timeout.ms", "6000",
            "group.streams.session.timeout.ms", "6000",
            "group.streams.min.session.timeout.ms", "6000",
            "group.streams.heartbeat.interval.ms", "500",
            "group.streams.min.heartbeat.interval.ms", "500",
            "transaction.abort.timed.out.transaction.cleanup.interval.ms", "1000");

    private static final Duration HOWEVER_LONG_IT_TAKES = Duration.ofMinutes(10);

    @TempDir
    Path folder;

    @Test
    void everyRoleAndABrokerAreKilledAndEveryDeliveryIsAccountedFor() throws Exception {
        int events = 400;
        Set<FaultKind> kinds =
                EnumSet.of(FaultKind.ROLES_KILLED_IN_TURN, FaultKind.BROKER_KILLED, FaultKind.ENDPOINT_MISBEHAVING);
        TortureReport report = new TortureRun(new TorturePlan(
                        1,
                        Duration.ofSeconds(5),
                        events,
                        8,
                        kinds,
                        Duration.ofSeconds(3),
                        Duration.ofSeconds(1),
                        true,
                        HOWEVER_LONG_IT_TAKES,
                        Versions.THIS_BUILD,
                        Optional.empty(),
                        folder))
                .run();
        assertThat(report.faults().keySet()).containsAll(kinds);
        assertKept(report, events);
        assertCalm(report);
        assertThat(report.log().stops())
                .as("when all was well again every role was restarted, and ended in order")
                .hasSize(6)
                .allMatch(FaultLog.Stop::inOrder);
    }

    /** As {@code --bootstrap-servers}: the brokers are somebody else's, and get their cluster back as it was. */
    @Test
    void onAClusterOfSomebodyElsesRolesAreKilledAndNoTopicStays() throws Exception {
        int events = 200;
        try (TestBroker theirs = TestBroker.fresh(QUICK_SESSIONS)) {
            String own = theirs.newTopic("theirs", 1);
            TorturePlan plan = new TorturePlan(
                    1,
                    Duration.ofMillis(1),
                    events,
                    4,
                    EnumSet.of(FaultKind.ROLES_KILLED_AT_ONCE),
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(1),
                    false,
                    HOWEVER_LONG_IT_TAKES,
                    Versions.THIS_BUILD,
                    Optional.of(theirs.bootstrapServers()),
                    folder);

            assertKept(new TortureRun(plan).run(), events);

            Awaitility.await()
                    .atMost(HOWEVER_LONG_IT_TAKES)
                    .until(() -> theirs.admin().listTopics().names().get().equals(Set.of(own)));
        }
    }

    @Test
    void aClusterThatHasAFanfareIsRefusedAndLeftAsItIs() throws Exception {
        try (TestBroker theirs = TestBroker.fresh()) {
            theirs.createFanfareTopics();
            Set<String> before = theirs.admin().listTopics().names().get();
            StringWriter said = new StringWriter();

            int exitCode = new CommandLine(new Torture())
                    .setErr(new PrintWriter(said))
                    .setOut(new PrintWriter(new StringWriter()))
                    .execute("--bootstrap-servers=" + theirs.bootstrapServers(), "--seed=1");

            assertThat(exitCode).isEqualTo(2);
            assertThat(said.toString())
                    .contains(
                            theirs.bootstrapServers()
                                    + " has topics of a Fanfare already (fanfare-router-seen-changelog, ",
                            "Name a cluster that has none");
            assertThat(theirs.admin().listTopics().names().get()).isEqualTo(before);
        }
    }

    /** {@code mvn verify -Ptorture}: all faults, for as long as that says. */
    @Test
    @EnabledIfSystemProperty(named = "fanfare.torture.seed", matches = "\\d+")
    void whateverBreaksEveryDeliveryIsAccountedFor() throws Exception {
        int events = Integer.getInteger("fanfare.torture.events", 60_000);
        TortureReport report = new TortureRun(new TorturePlan(
                        Long.getLong("fanfare.torture.seed", 1),
                        Duration.ofSeconds(Integer.getInteger("fanfare.torture.seconds", 600)),
                        events,
                        12,
                        FaultKind.allWith(Versions.THIS_BUILD, true),
                        Duration.ofMinutes(1),
                        Duration.ofSeconds(4),
                        true,
                        HOWEVER_LONG_IT_TAKES,
                        Versions.THIS_BUILD,
                        Optional.empty(),
                        folder))
                .run();
        assertKept(report, events);
        assertCalm(report);
    }

    private static void assertKept(TortureReport report, int events) {
        LOG.info("\n{}", report.table());
        report.judgement().assertKept();
        assertThat(report.drained()).as("all came to rest\n" + report.table()).isTrue();
        assertThat(report.judgement().total().lost()).isZero();
        assertThat(report.judgement().total().waiting()).isZero();
        assertThat(report.events())
                .as("all events were accepted in the end")
                .isEqualTo(events + report.eventsInTheCalm());
    }

    private static void assertCalm(TortureReport report) {
        assertThat(report.eventsInTheCalm())
                .as("some came while every role was restarted")
                .isPositive();
    }
}

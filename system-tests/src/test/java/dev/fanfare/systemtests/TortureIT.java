package dev.fanfare.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.torture.FaultKind;
import dev.fanfare.torture.FaultLog;
import dev.fanfare.torture.TorturePlan;
import dev.fanfare.torture.TortureReport;
import dev.fanfare.torture.TortureRun;
import dev.fanfare.torture.Versions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code ./fanfare-torture} as a test: each role a process, three brokers, and some of them break. How long the machine
 * takes decides nothing: what is asked for is asked once all has come to rest.
 */
class TortureIT {
    private static final Logger LOG = LoggerFactory.getLogger(TortureIT.class);

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
                        HOWEVER_LONG_IT_TAKES,
                        Versions.THIS_BUILD,
                        folder))
                .run();
        assertThat(report.faults().keySet()).containsAll(kinds);
        assertKept(report, events);
        assertThat(report.log().stops())
                .as("when all was well again every role was restarted, and ended in order")
                .hasSize(6)
                .allMatch(FaultLog.Stop::inOrder);
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
                        FaultKind.allWith(Versions.THIS_BUILD),
                        Duration.ofMinutes(1),
                        Duration.ofSeconds(4),
                        HOWEVER_LONG_IT_TAKES,
                        Versions.THIS_BUILD,
                        folder))
                .run();
        assertKept(report, events);
    }

    private static void assertKept(TortureReport report, int events) {
        LOG.info("\n{}", report.table());
        report.judgement().assertKept();
        assertThat(report.drained()).as("all came to rest\n" + report.table()).isTrue();
        assertThat(report.judgement().total().lost()).isZero();
        assertThat(report.judgement().total().waiting()).isZero();
        assertThat(report.events())
                .as("all events were accepted in the end")
                .isEqualTo(events + TortureRun.CALM_EVENTS);
    }
}

package dev.fanfare.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.torture.FaultKind;
import dev.fanfare.torture.TorturePlan;
import dev.fanfare.torture.TortureReport;
import dev.fanfare.torture.TortureRun;
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
 * The short run of {@code ./fanfare-torture}: each role a process, three brokers, and some of them break. It takes one to two
 * minutes of two cores, so it runs where it is asked for: {@code mvn verify -Dfanfare.torture.seed=1}. With {@code -Ptorture} it takes
 * ten minutes more and breaks everything. How long the machine takes decides nothing: what is asked for is asked once all has
 * come to rest.
 */
@EnabledIfSystemProperty(named = "fanfare.torture.seed", matches = "\\d+")
class TortureIT {
    private static final Logger LOG = LoggerFactory.getLogger(TortureIT.class);
    /** Of the faults. Another one is another test. */
    private static final long SEED = Long.getLong("fanfare.torture.seed", 1);

    private static final int SECONDS = Integer.getInteger("fanfare.torture.seconds", 8);
    private static final int EVENTS = Integer.getInteger("fanfare.torture.events", 400);
    private static final boolean SHORT = SECONDS < 60;
    /** What can be over within seconds. */
    private static final Set<FaultKind> QUICK = EnumSet.of(
            FaultKind.ROLE_KILLED,
            FaultKind.ROLE_RESTARTED,
            FaultKind.ROLE_CUT_OFF,
            FaultKind.REBALANCE_STORM,
            FaultKind.BROKER_KILLED,
            FaultKind.BROKER_DISK_FULL,
            FaultKind.ENDPOINT_MISBEHAVING,
            FaultKind.ENDPOINT_CUT_OFF,
            FaultKind.DEAD_LETTERS_REPLAYED);

    @TempDir
    Path folder;

    @Test
    void whateverBreaksEveryDeliveryIsAccountedFor() throws Exception {
        TortureReport report = new TortureRun(new TorturePlan(
                        SEED,
                        Duration.ofSeconds(SECONDS),
                        EVENTS,
                        8,
                        SHORT ? QUICK : EnumSet.allOf(FaultKind.class),
                        Duration.ofSeconds(SHORT ? 2 : 20),
                        Duration.ofSeconds(SHORT ? 1 : 4),
                        Duration.ofMinutes(SHORT ? 5 : 10),
                        folder))
                .run();
        LOG.info("\n{}", report.table());
        report.judgement().assertKept();
        assertThat(report.drained()).as("all came to rest\n" + report.table()).isTrue();
        assertThat(report.judgement().total().lost()).isZero();
        assertThat(report.judgement().total().waiting()).isZero();
        assertThat(report.events()).as("all events were accepted in the end").isEqualTo(EVENTS);
    }
}

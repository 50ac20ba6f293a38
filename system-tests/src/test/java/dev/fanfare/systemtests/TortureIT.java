package dev.fanfare.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.torture.FaultKind;
import dev.fanfare.torture.TorturePlan;
import dev.fanfare.torture.TortureReport;
import dev.fanfare.torture.TortureRun;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The short run of {@code ./fanfare-torture}: each role a process, three brokers, and everything breaks. It takes a minute
 * and a half on two cores, so it runs where it is asked for: {@code mvn verify -Dfanfare.torture.seed=1}.
 */
@EnabledIfSystemProperty(named = "fanfare.torture.seed", matches = "\\d+")
class TortureIT {
    private static final Logger LOG = LoggerFactory.getLogger(TortureIT.class);
    /** Of the faults. Another one is another test. */
    private static final long SEED = Long.getLong("fanfare.torture.seed", 1);

    @TempDir
    Path folder;

    @Test
    void whateverBreaksEveryDeliveryIsAccountedFor() throws Exception {
        TortureReport report = new TortureRun(new TorturePlan(
                        SEED,
                        Duration.ofSeconds(20),
                        1_000,
                        8,
                        EnumSet.allOf(FaultKind.class),
                        Duration.ofSeconds(4),
                        Duration.ofSeconds(1),
                        Duration.ofMinutes(4),
                        folder))
                .run();
        LOG.info("\n{}", report.table());
        report.judgement().assertKept();
        assertThat(report.drained()).as("all came to rest\n" + report.table()).isTrue();
        assertThat(report.judgement().total().lost()).isZero();
        assertThat(report.judgement().total().waiting()).isZero();
        assertThat(report.events()).as("all events were accepted in the end").isEqualTo(1_000);
    }
}

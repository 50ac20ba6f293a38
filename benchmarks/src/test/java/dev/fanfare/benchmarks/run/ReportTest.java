package dev.fanfare.benchmarks.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.EnumSet;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReportTest {
    private final Report report = new Report();

    @Test
    void theTableHasTheMediansOfTheColumnsThatAreWanted() {
        report.run("fan-out-10", Map.of(Figure.PER_SECOND, 1_000.0, Figure.P50_MILLIS, 7.0, Figure.LIVE_MIB, 9.0));
        report.run("fan-out-10", Map.of(Figure.PER_SECOND, 3_000.0, Figure.P50_MILLIS, 5.0, Figure.LIVE_MIB, 9.0));
        report.run("at-rest", Map.of(Figure.P50_MILLIS, 6.25));
        StringWriter out = new StringWriter();
        report.printTable(new PrintWriter(out), EnumSet.of(Figure.PER_SECOND, Figure.P50_MILLIS, Figure.P99_MILLIS));
        assertThat(out.toString().lines().map(String::strip))
                .startsWith("MEDIAN OF 2  per s  p50 ms", "fan-out-10   2,000    6.00", "at-rest          -    6.25");
    }

    @Test
    void theRatioIsOfTheLatestRunsOfBoth() {
        report.run("ours", Map.of(Figure.PER_SECOND, 1.0));
        report.run("ours", Map.of(Figure.PER_SECOND, 30.0));
        report.run("bare", Map.of(Figure.PER_SECOND, 60.0));
        report.ratio("ours / bare", Figure.PER_SECOND, "ours", "bare");
        assertThat(report.toJson().at("/ratios/ours ~1 bare/median").asDouble()).isEqualTo(0.5);
        assertThat(report.median("ours", Figure.PER_SECOND)).isEqualTo(15.5);
        assertThat(report.median("nobody", Figure.PER_SECOND)).isNull();
        assertThat(report.toJson().at("/runs/ours/rounds")).hasSize(2);
    }
}

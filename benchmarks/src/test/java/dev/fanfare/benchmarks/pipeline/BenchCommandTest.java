package dev.fanfare.benchmarks.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class BenchCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void theListNamesEachScenario() {
        assertThat(run("--list")).isZero();
        assertThat(out.toString().lines()).hasSameSizeAs(Scenario.all());
        assertThat(out.toString()).contains("fan-out-1000", "drain", "hanging-10");
    }

    @Test
    void anUnknownScenarioIsAnsweredWithThoseThereAre() {
        assertThat(run("--scenario", "fan-out-10,fanout")).isEqualTo(2);
        assertThat(err.toString()).contains("there is no scenario 'fanout'; there are ingest-single, ");
    }

    @Test
    void endpointsComeInTens() {
        assertThat(run("--endpoints", "15")).isEqualTo(2);
        assertThat(err.toString()).contains("--endpoints must be a multiple of 10");
    }

    @Test
    void aDispatcherOfSomebodyElseIsNotStopped() {
        assertThat(run("--api", "http://127.0.0.1:1", "--scenario", "drain")).isEqualTo(2);
        assertThat(err.toString()).contains("drain stops and starts the dispatcher");
    }

    private int run(String... args) {
        CommandLine command = BenchCommand.commandLine();
        command.setOut(new PrintWriter(out, true));
        command.setErr(new PrintWriter(err, true));
        return command.execute(args);
    }
}

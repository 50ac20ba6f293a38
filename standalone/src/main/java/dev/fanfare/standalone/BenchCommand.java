package dev.fanfare.standalone;

import dev.fanfare.cli.shell.CommandFailure;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Stands for {@code fanfare bench} where it isn't: the launcher of a checkout runs it before it gets here. */
@Command(
        name = "bench",
        description = {
            "Measure the whole of Fanfare on this machine, beside what the machine could do at best.",
            "It is run from a checkout of the sources: ./fanfare bench --help"
        })
final class BenchCommand implements Callable<Integer> {
    @Nullable @Parameters(hidden = true, arity = "0..*")
    private List<String> ignored;

    @Override
    public Integer call() {
        throw CommandFailure.usage(
                "benchmarks aren't part of what is installed: check out the sources of Fanfare and run"
                        + " './fanfare bench' there; with --api URL --key KEY it measures a Fanfare that runs elsewhere");
    }
}

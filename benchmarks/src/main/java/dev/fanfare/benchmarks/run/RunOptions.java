package dev.fanfare.benchmarks.run;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where a benchmark puts what it makes, and how it prints what came of it. */
public final class RunOptions {
    /** How results are printed. */
    enum Output {
        table,
        json
    }

    @Option(
            names = "--output",
            paramLabel = "table|json",
            defaultValue = "table",
            description = "Default: ${DEFAULT-VALUE}.")
    private Output output = Output.table;

    @Option(
            names = "--folder",
            paramLabel = "FOLDER",
            description = "Where data and logs go; kept. Default: a temporary one, kept only after a failure.")
    private @Nullable Path folder;

    /** The folder that was asked for, or a temporary one. */
    public RunFolder openFolder(String prefix) throws IOException {
        return RunFolder.open(folder, prefix);
    }

    public void print(Report report, PrintWriter out) {
        switch (output) {
            case table -> report.printTable(out);
            case json -> report.printJson(out);
        }
    }
}

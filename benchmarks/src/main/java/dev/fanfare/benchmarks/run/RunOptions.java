package dev.fanfare.benchmarks.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
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

    /** Prints all that the report has. */
    public void print(Report report, PrintWriter out) {
        print(report, EnumSet.allOf(Figure.class), report.toJson(), out);
    }

    /** Prints some columns of it, or what was made of it as JSON. */
    public void print(Report report, Set<Figure> columns, ObjectNode json, PrintWriter out) {
        switch (output) {
            case table -> report.printTable(out, columns);
            case json -> out.println(json.toPrettyString());
        }
        out.flush();
    }
}

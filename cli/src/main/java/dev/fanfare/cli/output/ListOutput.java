package dev.fanfare.cli.output;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fanfare.cli.shell.Shell;
import java.util.List;
import picocli.CommandLine.Option;

/** How a list is printed: {@code --output}, for commands that print a table by default. */
public final class ListOutput {
    @Option(
            names = "--output",
            paramLabel = "FORMAT",
            defaultValue = "table",
            description = "table, json or jsonl (default: ${DEFAULT-VALUE}).")
    private OutputFormat format = OutputFormat.TABLE;

    /** Prints the list where data was asked for; false where it is the caller's to print as a table. */
    public boolean printsData(Shell shell, List<? extends JsonNode> all) {
        if (format == OutputFormat.TABLE) {
            return false;
        }
        JsonOutput.printAll(shell, all, format);
        return true;
    }
}

package dev.fanfare.cli.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fanfare.cli.shell.Shell;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What a subscription may have, for the commands that create and change one. Confined to one command. */
public final class SubscriptionOptions {
    @Option(
            names = "--filter",
            paramLabel = "JSON",
            description =
                    "Which events of these types are wanted, as a filter or a list of them: JSON, or a file, or - for"
                            + " standard input. Several times: all must hold. Such as"
                            + " '{\"data\":{\"/total\":{\"gt\":100}}}'; the guide 'Manage subscriptions' teaches them.")
    private @Nullable List<String> filters;

    @Option(names = "--description", paramLabel = "TEXT", description = "For people.")
    private @Nullable String description;

    @Option(
            names = "--schedule",
            split = ",",
            paramLabel = "DELAY",
            description = "Delays before each retry, such as 1m,10m,1h (default: the retry tiers).")
    private @Nullable List<String> schedule;

    @Option(names = "--timeout", paramLabel = "TIME", description = "For one attempt (default: 15s).")
    private @Nullable String timeout;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description = "binary: the event's data as it is; structured: the whole event as one JSON object (default:"
                    + " binary).")
    private @Nullable String format;

    /** Writes what was given. */
    void writeTo(ObjectNode body, Shell shell) {
        if (filters != null) {
            ArrayNode all = body.putArray("filters");
            for (String given : filters) {
                JsonNode filter = JsonArgument.inlineOrInFile(shell, "--filter", given);
                if (filter.isArray()) {
                    filter.forEach(all::add);
                } else {
                    all.add(filter);
                }
            }
        }
        if (description != null) {
            body.put("description", description);
        }
        if (timeout != null) {
            body.put("timeout", timeout);
        }
        if (schedule != null) {
            writeList(body.putObject("retry"), "schedule", schedule);
        }
        if (format != null) {
            body.put("format", format);
        }
    }

    static void writeList(ObjectNode body, String member, List<String> values) {
        ArrayNode list = body.putArray(member);
        values.forEach(value -> list.add(value.strip()));
    }
}

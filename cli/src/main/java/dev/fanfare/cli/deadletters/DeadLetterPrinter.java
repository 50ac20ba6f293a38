package dev.fanfare.cli.deadletters;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fanfare.cli.output.JsonOutput;
import dev.fanfare.cli.output.OutputFormat;
import dev.fanfare.cli.output.Table;
import dev.fanfare.cli.shell.Shell;
import dev.fanfare.contract.Json;
import dev.fanfare.retry.dead.DeadLetter;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/** Prints dead letters as they come; only a table, whose columns must be measured, is kept until the end. */
final class DeadLetterPrinter {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("MM-dd HH:mm:ss");

    private final Shell shell;
    private final OutputFormat format;
    private final Table table = new Table("ID", "DIED", "REASON", "STATUS", "NO", "SUBSCRIPTION", "TYPE", "ERROR");
    private long printed;

    DeadLetterPrinter(Shell shell, OutputFormat format) {
        this.shell = shell;
        this.format = format;
    }

    void print(DeadLetter letter) {
        switch (format) {
            case TABLE ->
                table.add(
                        letter.id(),
                        letter.diedAt().atZone(ZoneId.systemDefault()).format(TIME),
                        letter.reason(),
                        letter.status(),
                        letter.attempts(),
                        letter.subscription(),
                        letter.eventType(),
                        letter.error());
            case JSON -> shell.out().print((printed == 0 ? "[\n" : ",\n") + json(letter));
            case JSONL, YAML -> JsonOutput.print(shell, entry(letter), format);
        }
        printed++;
    }

    void end() {
        switch (format) {
            case TABLE -> {
                if (printed > 0) {
                    table.print(shell);
                }
            }
            case JSON -> shell.out().println(printed == 0 ? "[]" : "\n]");
            case YAML -> {
                if (printed == 0) {
                    shell.out().println("[]");
                }
            }
            case JSONL -> {}
        }
        shell.out().flush();
    }

    /** In YAML, one entry of the list that all of them make. */
    private JsonNode entry(DeadLetter letter) {
        ObjectNode json = json(letter);
        return format == OutputFormat.YAML ? Json.TOPIC.createArrayNode().add(json) : json;
    }

    /** As scripts get it. The names are public API; what isn't known is null. */
    static ObjectNode json(DeadLetter letter) {
        return Json.TOPIC
                .createObjectNode()
                .put("id", letter.id())
                .put("tenant", letter.tenant())
                .put("subscription", letter.subscription())
                .put("eventId", letter.eventId())
                .put("eventType", letter.eventType())
                .put("reason", letter.reason())
                .put("status", letter.status())
                .put("attempts", letter.attempts())
                .put("firstAttemptAt", text(letter.firstAttemptAt()))
                .put("lastAttemptAt", text(letter.lastAttemptAt()))
                .put("error", letter.error())
                .put("diedAt", text(letter.diedAt()))
                .put("origin", letter.origin())
                .put("run", letter.run())
                .put("bodyBytes", letter.bodyBytes())
                .put("partition", letter.partition())
                .put("offset", letter.offset());
    }

    private static @Nullable String text(@Nullable Instant moment) {
        return moment == null ? null : moment.toString();
    }
}

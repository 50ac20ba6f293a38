package dev.fanfare.cli.api;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fanfare.cli.output.ListOutput;
import dev.fanfare.cli.output.Table;
import dev.fanfare.cli.shell.PastTime;
import dev.fanfare.cli.shell.Shell;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code fanfare attempts …}, through the management API. */
@Command(name = "attempts", description = "Look at attempts: what was sent, and what came back.")
public final class AttemptsCommand {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("MM-dd HH:mm:ss.SSS");

    private final Shell shell;

    public AttemptsCommand(Shell shell) {
        this.shell = shell;
    }

    @Command(name = "list", description = "List attempts, the newest first.")
    void list(
            @Mixin ApiOptions api,
            @Option(names = "--subscription", paramLabel = "ID", description = "Only of this subscription.") @Nullable String subscription,
            @Option(names = "--event", paramLabel = "ID", description = "Only of this event.") @Nullable String event,
            @Option(names = "--delivery", paramLabel = "ID", description = "Only of this delivery (its webhook-id).")
                    @Nullable String delivery,
            @Option(
                            names = "--verdict",
                            paramLabel = "VERDICT",
                            description = "Only with this verdict: delivered, retry, exhausted, …")
                    @Nullable String verdict,
            @Option(names = "--status", paramLabel = "STATUS", description = "Only answered with this HTTP status.")
                    @Nullable Integer status,
            @Option(
                            names = "--since",
                            paramLabel = "WHEN",
                            description = "Only from then on: 10m, 1h, or 2026-11-21T12:00:00Z.")
                    @Nullable String since,
            @Option(
                            names = "--limit",
                            paramLabel = "N",
                            defaultValue = "20",
                            description = "How many at most (default: ${DEFAULT-VALUE}).")
                    int limit,
            @Mixin ListOutput output) {
        StringBuilder query = new StringBuilder("?limit=").append(limit);
        add(query, "subscription", subscription);
        add(query, "event", event);
        add(query, "delivery", delivery);
        add(query, "verdict", verdict);
        add(query, "status", status == null ? null : status.toString());
        add(
                query,
                "since",
                since == null
                        ? null
                        : PastTime.parse(since, "--since", Instant.now()).toString());
        List<JsonNode> attempts = new ArrayList<>();
        api.client(shell)
                .call("GET", "/attempts" + query, null, new byte[0])
                .json()
                .path("items")
                .forEach(attempts::add);
        if (output.printsData(shell, attempts)) {
            return;
        }
        if (attempts.isEmpty()) {
            shell.out().println("No attempts.");
        } else {
            table(attempts).print(shell);
        }
    }

    private static Table table(List<JsonNode> attempts) {
        Table table = new Table("TIME", "VERDICT", "STATUS", "MS", "NO", "TYPE", "SUBSCRIPTION", "ERROR", "DELIVERY");
        for (JsonNode attempt : attempts) {
            table.add(
                    Instant.parse(attempt.path("startedAt").asText())
                            .atZone(ZoneId.systemDefault())
                            .format(TIME),
                    attempt.path("verdict").asText(),
                    attempt.hasNonNull("status") ? attempt.path("status").asText() : null,
                    attempt.path("durationMillis").asLong(),
                    attempt.path("attempt").asInt(),
                    attempt.path("eventType").asText(),
                    attempt.path("subscription").asText(),
                    attempt.hasNonNull("error") ? attempt.path("error").asText() : null,
                    attempt.path("deliveryId").asText());
        }
        return table;
    }

    private static void add(StringBuilder query, String name, @Nullable String value) {
        if (value != null) {
            query.append('&').append(name).append('=').append(ApiClient.encode(value));
        }
    }
}

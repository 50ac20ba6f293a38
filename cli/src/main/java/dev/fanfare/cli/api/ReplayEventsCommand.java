package dev.fanfare.cli.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fanfare.cli.output.JsonOutput;
import dev.fanfare.cli.output.OutputFormat;
import dev.fanfare.cli.output.ProgressLine;
import dev.fanfare.cli.output.Table;
import dev.fanfare.cli.shell.CommandFailure;
import dev.fanfare.cli.shell.ExitCode;
import dev.fanfare.cli.shell.PastTime;
import dev.fanfare.cli.shell.Shell;
import dev.fanfare.contract.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code fanfare subscriptions replay}: past events for one subscription, through the management API. */
@Command(
        name = "replay",
        description = {
            "Send a subscription the events of the past that it would get now, were they new.",
            "What was delivered before is delivered again, under the same webhook-id. It works for a new subscription"
                    + " too, as far back as the events are kept (7 days by default). Without --since: lists the"
                    + " subscription's replays."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:begun; with --wait: done",
            "1:it failed or was stopped",
            "2:usage",
            "130:no longer waited for (Ctrl-C); the replay goes on"
        })
public final class ReplayEventsCommand implements Callable<Integer> {
    private static final Duration ASK_EVERY = Duration.ofMillis(500);

    private final Shell shell;

    @Mixin
    private ApiOptions api = new ApiOptions();

    @Parameters(paramLabel = "ID", description = "The subscription.")
    private String id = "";

    @Option(
            names = "--since",
            paramLabel = "TIME",
            description = "From then on: a time ago (10m, 2d), or a moment (2026-11-21T12:00:00Z).")
    private @Nullable String since;

    @Option(names = "--until", paramLabel = "TIME", description = "Up to then (default: up to now).")
    private @Nullable String until;

    @Option(
            names = "--type",
            split = ",",
            paramLabel = "TYPE",
            description = "Only events of these types, such as order.created or 'invoice.*'.")
    private @Nullable List<String> types;

    @Option(names = "--wait", description = "Show how far it is, until it ends.")
    private boolean wait;

    @Option(names = "--stop", paramLabel = "REPLAY", description = "Have this replay stop.")
    private @Nullable String stop;

    @Option(
            names = "--output",
            paramLabel = "FORMAT",
            defaultValue = "table",
            description = "table, json, jsonl or yaml.")
    private OutputFormat output = OutputFormat.TABLE;

    public ReplayEventsCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() {
        if (since == null && (until != null || types != null || wait)) {
            throw CommandFailure.usage("--since is missing: say from when on, such as --since 1d");
        }
        if (since != null && stop != null) {
            throw CommandFailure.usage("--stop: takes no --since");
        }
        SubscriptionsApi subscriptions = new SubscriptionsApi(api.client(shell));
        if (stop != null) {
            print(subscriptions.stopReplay(id, stop));
            return ExitCode.OK;
        }
        if (since == null) {
            list(subscriptions);
            return ExitCode.OK;
        }
        JsonNode begun = subscriptions.replay(id, request(since));
        if (wait) {
            return follow(subscriptions, begun);
        }
        print(begun);
        if (output == OutputFormat.TABLE) {
            shell.out().println("See how far it is with '" + shell.command() + " subscriptions replay " + id + "'.");
        }
        return ExitCode.OK;
    }

    private ObjectNode request(String from) {
        Instant now = Instant.now();
        ObjectNode body = Json.TOPIC.createObjectNode();
        body.put("since", PastTime.parse(from, "--since", now).toString());
        if (until != null) {
            body.put("until", PastTime.parse(until, "--until", now).toString());
        }
        if (types != null) {
            ArrayNode list = body.putArray("types");
            types.forEach(type -> list.add(type.strip()));
        }
        return body;
    }

    private int follow(SubscriptionsApi subscriptions, JsonNode begun) {
        ProgressLine progress = new ProgressLine(shell, System::nanoTime);
        JsonNode state = begun;
        while (state.path("state").asText().equals("running")) {
            LockSupport.parkNanos(ASK_EVERY.toNanos());
            JsonNode now = subscriptions.replay(id, begun.path("id").asText());
            progress.update(() -> line(now));
            state = now;
        }
        progress.clear();
        print(state);
        return state.path("state").asText().equals("done") ? ExitCode.OK : ExitCode.FAILED;
    }

    private void list(SubscriptionsApi subscriptions) {
        List<JsonNode> all = new ArrayList<>();
        subscriptions.replays(id).forEach(all::add);
        if (output != OutputFormat.TABLE) {
            JsonOutput.printAll(shell, all, output);
            return;
        }
        if (all.isEmpty()) {
            shell.out().println("No replays yet. Begin one with --since TIME.");
            return;
        }
        Table table = new Table("REPLAY", "STATE", "SINCE", "SENT", "READ", "LEFT", "ERROR");
        for (JsonNode one : all) {
            table.add(
                    one.path("id").asText(),
                    one.path("state").asText(),
                    one.path("since").asText(),
                    number(one, "sent"),
                    number(one, "scanned"),
                    number(one, "left"),
                    one.path("error").asText());
        }
        table.print(shell);
    }

    private void print(JsonNode replay) {
        if (output == OutputFormat.TABLE) {
            shell.out().println(line(replay));
        } else {
            JsonOutput.print(shell, replay, output);
        }
    }

    private static String line(JsonNode replay) {
        String error = replay.path("error").asText();
        return "Replay " + replay.path("id").asText() + " "
                + replay.path("state").asText() + ": " + number(replay, "sent") + " sent, " + number(replay, "scanned")
                + " events read, " + number(replay, "left") + " left" + (error.isEmpty() ? "" : "; " + error);
    }

    private static String number(JsonNode replay, String member) {
        return replay.has(member)
                ? String.format(Locale.ROOT, "%,d", replay.path(member).asLong())
                : "?";
    }
}

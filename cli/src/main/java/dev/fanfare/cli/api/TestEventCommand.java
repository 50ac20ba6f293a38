package dev.fanfare.cli.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fanfare.cli.output.JsonOutput;
import dev.fanfare.cli.output.OutputFormat;
import dev.fanfare.cli.shell.CommandFailure;
import dev.fanfare.cli.shell.ExitCode;
import dev.fanfare.cli.shell.Shell;
import dev.fanfare.contract.DurationText;
import dev.fanfare.contract.Json;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code fanfare subscriptions test}: sends an event to one subscription, and says what came back. */
@Command(
        name = "test",
        description = {
            "Send a test event to one subscription, whatever types it wants, and show what its endpoint answers.",
            "It is a delivery like any other: signed, recorded, tried again if it fails."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:the endpoint took it", "1:it didn't, or there was no attempt in time", "2:usage"})
public final class TestEventCommand implements Callable<Integer> {
    private static final Duration ASK_EVERY = Duration.ofMillis(200);

    private final Shell shell;

    @Mixin
    private ApiOptions api = new ApiOptions();

    @Parameters(paramLabel = "ID", description = "The subscription.")
    private String id = "";

    @Option(names = "--type", paramLabel = "TYPE", description = "The event's type (default: fanfare.test).")
    private @Nullable String type;

    @Option(
            names = "--data",
            paramLabel = "JSON",
            description = "The event's data: an object or a list, a file, or - for standard input.")
    private @Nullable String data;

    @Option(
            names = "--wait",
            paramLabel = "DURATION",
            defaultValue = "30s",
            description = "How long to wait for the first attempt (default: ${DEFAULT-VALUE}).")
    private String wait = "30s";

    @Option(
            names = "--output",
            paramLabel = "FORMAT",
            defaultValue = "table",
            description = "How the attempt is printed: table, json, jsonl or yaml.")
    private OutputFormat output = OutputFormat.TABLE;

    public TestEventCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() {
        Duration atMost;
        try {
            atMost = DurationText.parse(wait);
        } catch (IllegalArgumentException e) {
            throw CommandFailure.usage("--wait: " + e.getMessage());
        }
        ObjectNode event = Json.TOPIC.createObjectNode();
        if (type != null) {
            event.put("type", type);
        }
        if (data != null) {
            event.set("data", JsonArgument.inlineOrInFile(shell, "--data", data));
        }
        SubscriptionsApi subscriptions = new SubscriptionsApi(api.client(shell));
        String delivery = subscriptions.test(id, event).path("deliveryId").asText();
        JsonNode attempt = firstAttempt(subscriptions, delivery, atMost);
        if (output == OutputFormat.TABLE) {
            shell.out().println(line(attempt, delivery));
        } else {
            JsonOutput.print(shell, attempt, output);
        }
        return attempt.path("verdict").asText().equals("delivered") ? ExitCode.OK : ExitCode.FAILED;
    }

    private JsonNode firstAttempt(SubscriptionsApi subscriptions, String delivery, Duration atMost) {
        long end = System.nanoTime() + atMost.toNanos();
        while (true) {
            JsonNode attempts = subscriptions.attempts(delivery);
            if (!attempts.isEmpty()) {
                return attempts.get(attempts.size() - 1);
            }
            if (System.nanoTime() > end) {
                throw new CommandFailure("no attempt of " + delivery + " was made within " + wait
                        + ": is a dispatcher running? It is not lost: see '" + shell.command()
                        + " attempts list --delivery " + delivery + "' later");
            }
            LockSupport.parkNanos(ASK_EVERY.toNanos());
        }
    }

    private static String line(JsonNode attempt, String delivery) {
        String status = attempt.hasNonNull("status") ? attempt.path("status").asText() : "no answer";
        String error = attempt.path("error").asText("");
        return attempt.path("verdict").asText() + ": " + status + " after "
                + attempt.path("durationMillis").asLong() + " ms" + (error.isEmpty() ? "" : " (" + error + ")")
                + ", webhook-id " + delivery;
    }
}

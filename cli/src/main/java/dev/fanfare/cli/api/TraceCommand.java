package dev.fanfare.cli.api;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fanfare.cli.output.JsonOutput;
import dev.fanfare.cli.output.OutputFormat;
import dev.fanfare.cli.output.Style;
import dev.fanfare.cli.shell.ExitCode;
import dev.fanfare.cli.shell.Shell;
import dev.fanfare.cli.story.TopicsOptions;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code fanfare trace}: one event's story, from its acceptance to the state of each delivery. */
@Command(
        name = "trace",
        description = {
            "Tell what became of one event: when it was accepted, who got it, what was tried, what is next.",
            "",
            "Asks the control plane; with --from-topics it reads Kafka's topics instead, and needs no other process."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:it is known", "1:nothing is known of it, or it failed", "2:usage"})
public final class TraceCommand implements Callable<Integer> {
    private final Shell shell;

    @Mixin
    private ApiOptions api = new ApiOptions();

    @Mixin
    private TopicsOptions topics = new TopicsOptions();

    @Parameters(paramLabel = "EVENT", description = "The event's id.")
    private String event = "";

    @Option(
            names = "--output",
            paramLabel = "FORMAT",
            defaultValue = "table",
            description = "table, json, jsonl or yaml.")
    private OutputFormat output = OutputFormat.TABLE;

    public TraceCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() {
        if (topics.wanted()) {
            topics.search(shell, event, api.tenant(), (data, forPeople) -> {
                if (output == OutputFormat.TABLE) {
                    forPeople.run();
                } else {
                    JsonOutput.print(shell, data, output);
                }
            });
            return ExitCode.OK;
        }
        JsonNode story = api.client(shell)
                .call("GET", "/events/" + ApiClient.encode(event), null, new byte[0])
                .json();
        if (output == OutputFormat.TABLE) {
            tell(story);
        } else {
            JsonOutput.print(shell, story, output);
        }
        return ExitCode.OK;
    }

    private void tell(JsonNode story) {
        Style style = Style.of(shell);
        shell.out().println(style.bold(story.path("eventId").asText()));
        for (JsonNode accepted : story.path("accepted")) {
            shell.out()
                    .println("accepted  " + accepted.path("at").asText() + "  "
                            + accepted.path("type").asText() + " from "
                            + accepted.path("source").asText() + "  (partition "
                            + accepted.path("partition").asInt() + ", offset "
                            + accepted.path("offset").asLong() + ")");
        }
        JsonNode deliveries = story.path("deliveries");
        shell.out()
                .println("routed    to " + deliveries.size()
                        + (deliveries.size() == 1 ? " subscription" : " subscriptions")
                        + (story.path("complete").asBoolean() ? "" : ", or more: not all was looked at"));
        for (JsonNode delivery : deliveries) {
            shell.out().println();
            shell.out()
                    .println(style.bold(delivery.path("subscription").asText()) + "  " + state(delivery) + "  "
                            + delivery.path("deliveryId").asText());
            for (JsonNode attempt : delivery.path("attempts")) {
                String error = attempt.path("error").asText("");
                shell.out()
                        .println("  " + attempt.path("startedAt").asText() + "  "
                                + attempt.path("verdict").asText()
                                + (attempt.hasNonNull("status")
                                        ? "  " + attempt.path("status").asInt()
                                        : "")
                                + "  after " + attempt.path("durationMillis").asLong() + " ms"
                                + (error.isEmpty() ? "" : "  (" + error + ")"));
            }
        }
    }

    private static String state(JsonNode delivery) {
        String state = delivery.path("state").asText();
        return switch (state) {
            case "dead" -> "dead letter: " + delivery.path("reason").asText();
            case "waiting" -> "waiting until " + delivery.path("dueAt").asText("its turn");
            default -> state;
        };
    }
}

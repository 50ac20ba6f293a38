package dev.fanfare.cli.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fanfare.cli.output.JsonOutput;
import dev.fanfare.cli.output.OutputFormat;
import dev.fanfare.cli.shell.Shell;
import dev.fanfare.contract.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code fanfare portal-link}, through the management API. */
@Command(
        name = "portal-link",
        description = {
            "Make a link that lets a subscriber into the console, and print it.",
            "Whoever has it can open the tenant's subscriptions, attempts, dead letters and event types, until it ends."
        })
public final class PortalLinkCommand implements Runnable {
    private final Shell shell;

    @Mixin
    private ApiOptions api = new ApiOptions();

    @Option(
            names = "--expires",
            paramLabel = "TIME",
            defaultValue = "1h",
            description = "How long it works, from 1m to 24h (default: ${DEFAULT-VALUE}).")
    private String expires = "1h";

    @Option(
            names = "--scope",
            paramLabel = "SCOPE",
            defaultValue = "manage",
            description = "read (look) or manage (look and change) (default: ${DEFAULT-VALUE}).")
    private String scope = "manage";

    @Option(
            names = "--output",
            paramLabel = "FORMAT",
            defaultValue = "table",
            description = "table (the link alone), json, jsonl or yaml.")
    private OutputFormat output = OutputFormat.TABLE;

    public PortalLinkCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public void run() {
        ApiClient client = api.client(shell);
        ObjectNode body =
                Json.TOPIC.createObjectNode().put("expiresIn", expires).put("scope", scope);
        JsonNode made = new JsonApi(client).call("POST", "/portal-links", body);
        if (output == OutputFormat.TABLE) {
            shell.out().println(client.base().resolve(made.path("path").asText()));
        } else {
            JsonOutput.print(shell, made, output);
        }
    }
}

package dev.fanfare.cli.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fanfare.cli.output.JsonOutput;
import dev.fanfare.cli.output.ListOutput;
import dev.fanfare.cli.output.OutputFormat;
import dev.fanfare.cli.output.Style;
import dev.fanfare.cli.output.Table;
import dev.fanfare.cli.shell.CommandFailure;
import dev.fanfare.cli.shell.Shell;
import dev.fanfare.contract.Json;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code fanfare subscriptions …}, through the management API. */
@Command(
        name = "subscriptions",
        description =
                "Create, list, show, update, pause, resume, test and delete subscriptions, rotate their secrets, and"
                        + " replay past events to them.")
public final class SubscriptionsCommand {
    private final Shell shell;

    public SubscriptionsCommand(Shell shell) {
        this.shell = shell;
    }

    @Command(
            name = "create",
            description = "Subscribe a URL to event types. Prints the signing secret: it is never shown again. With"
                    + " --signing v1a prints the public key.")
    void create(
            @Mixin ApiOptions api,
            @Option(names = "--url", required = true, paramLabel = "URL", description = "Where webhooks are sent.")
                    String url,
            @Option(
                            names = "--types",
                            required = true,
                            split = ",",
                            paramLabel = "TYPE",
                            description = "Exact types (order.created), prefixes ('invoice.*') or '*'; several with"
                                    + " commas. Quote what has a *.")
                    List<String> types,
            @Option(names = "--id", paramLabel = "ID", description = "A name of your choice (default: one is made).")
                    @Nullable String id,
            @Mixin SubscriptionOptions options,
            @Option(
                            names = "--signing",
                            paramLabel = "SCHEME",
                            description = "v1: HMAC with a secret; v1a: Ed25519 with a public key (default: v1).")
                    @Nullable String signing,
            @Option(
                            names = "--auth",
                            paramLabel = "FILE",
                            description =
                                    "What to show to the endpoint, as JSON in a file or - for standard input, such as"
                                            + " {\"type\":\"bearer\",\"token\":\"…\"}; /docs has all types.")
                    @Nullable String auth,
            @Option(names = "--output", paramLabel = "FORMAT", description = "table, json or jsonl (default: table).")
                    @Nullable OutputFormat output) {
        ObjectNode body = Json.TOPIC.createObjectNode().put("url", url);
        SubscriptionOptions.writeList(body, "eventTypes", types);
        options.writeTo(body, shell);
        if (id != null) {
            body.put("id", id);
        }
        if (signing != null) {
            body.put("signing", signing);
        }
        if (auth != null) {
            // not an argument: others on the machine see those
            body.set("auth", JsonArgument.inFile(shell, "--auth", auth));
        }
        JsonNode created = new SubscriptionsApi(api.client(shell)).create(body);
        if (output != null && output != OutputFormat.TABLE) {
            JsonOutput.print(shell, created, output);
            return;
        }
        shell.out().println("Created " + Style.of(shell).bold(created.path("id").asText()));
        printKey(created);
    }

    @Command(
            name = "update",
            description = {
                "Change a subscription: what is named changes, all else stays.",
                "--filter '[]' takes all filters away."
            })
    void update(
            @Mixin ApiOptions api,
            @Parameters(paramLabel = "ID") String id,
            @Option(names = "--url", paramLabel = "URL", description = "Where webhooks are sent.") @Nullable String url,
            @Option(
                            names = "--types",
                            split = ",",
                            paramLabel = "TYPE",
                            description = "Exact types, prefixes or '*' in place of those so far.")
                    @Nullable List<String> types,
            @Mixin SubscriptionOptions options) {
        ObjectNode changes = Json.TOPIC.createObjectNode();
        if (url != null) {
            changes.put("url", url);
        }
        if (types != null) {
            SubscriptionOptions.writeList(changes, "eventTypes", types);
        }
        options.writeTo(changes, shell);
        if (changes.isEmpty()) {
            throw CommandFailure.usage("nothing to change: say what with --url, --types, --filter, …");
        }
        new SubscriptionsApi(api.client(shell)).update(id, changes);
        shell.out().println("Updated " + id);
    }

    @Command(name = "list", description = "List the tenant's subscriptions.")
    void list(@Mixin ApiOptions api, @Mixin ListOutput output) {
        List<JsonNode> all = new ArrayList<>();
        new SubscriptionsApi(api.client(shell)).forEach(all::add);
        if (output.printsData(shell, all)) {
            return;
        }
        if (all.isEmpty()) {
            shell.out()
                    .println("No subscriptions yet. Create one with '" + shell.command()
                            + " subscriptions create --url URL --types TYPE'.");
            return;
        }
        Table table = new Table("ID", "STATE", "TYPES", "URL");
        for (JsonNode subscription : all) {
            List<String> types = new ArrayList<>();
            subscription.path("eventTypes").forEach(type -> types.add(type.asText()));
            table.add(
                    subscription.path("id").asText(),
                    subscription.path("state").asText(),
                    String.join(",", types),
                    subscription.path("url").asText());
        }
        table.print(shell);
    }

    @Command(name = "show", description = "Show one subscription as JSON.")
    void show(@Mixin ApiOptions api, @Parameters(paramLabel = "ID") String id) {
        JsonOutput.print(shell, new SubscriptionsApi(api.client(shell)).get(id), OutputFormat.JSON);
    }

    @Command(
            name = "pause",
            description = {
                "Keep a subscription's events instead of sending them, until it is resumed.",
                "What is under way ends as it would have. What is kept is lost after 30 days."
            })
    void pause(@Mixin ApiOptions api, @Parameters(paramLabel = "ID") String id) {
        new SubscriptionsApi(api.client(shell)).pause(id);
        shell.out()
                .println("Paused " + id + ". Its events are kept; send them with '" + shell.command()
                        + " subscriptions resume " + id + "'.");
    }

    @Command(
            name = "resume",
            description = {
                "Send what was kept while a subscription was paused, the oldest first, and what comes.",
                "Each delivery starts a fresh schedule and age. New events don't wait for the kept ones."
            })
    void resume(@Mixin ApiOptions api, @Parameters(paramLabel = "ID") String id) {
        new SubscriptionsApi(api.client(shell)).resume(id);
        shell.out()
                .println("Resumed " + id + ". See what is sent with '" + shell.command()
                        + " attempts list --subscription " + id + "'.");
    }

    @Command(
            name = "rotate-secret",
            description = {
                "Make a new signing secret and print it: it is never shown again.",
                "The old one signs beside it for a while, so that the receiver can change at its own time."
            })
    void rotateSecret(
            @Mixin ApiOptions api,
            @Parameters(paramLabel = "ID") String id,
            @Option(
                            names = "--overlap",
                            paramLabel = "DURATION",
                            defaultValue = "24h",
                            description = "How long the old one goes on signing; 0s ends it at once (default:"
                                    + " ${DEFAULT-VALUE}).")
                    String overlap) {
        JsonNode rotated = new SubscriptionsApi(api.client(shell))
                .rotateSecret(id, Json.TOPIC.createObjectNode().put("overlap", overlap));
        printKey(rotated);
        if (rotated.has("oldSecretsUntil")) {
            shell.out()
                    .println("The old one signs too until "
                            + rotated.path("oldSecretsUntil").asText());
        }
    }

    private void printKey(JsonNode subscription) {
        if (subscription.has("secret")) {
            shell.out().println("Secret  " + subscription.path("secret").asText() + "   (shown this once)");
        } else {
            shell.out().println("Public key  " + subscription.path("publicKey").asText());
        }
    }

    @Command(
            name = "delete",
            description = "Delete a subscription. Deliveries of it that wait are cancelled; dead letters stay.")
    void delete(@Mixin ApiOptions api, @Parameters(paramLabel = "ID") String id) {
        new SubscriptionsApi(api.client(shell)).delete(id);
        shell.out().println("Deleted " + id);
    }
}

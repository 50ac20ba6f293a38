package dev.fanfare.cli.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fanfare.cli.output.JsonOutput;
import dev.fanfare.cli.output.ListOutput;
import dev.fanfare.cli.output.OutputFormat;
import dev.fanfare.cli.output.Table;
import dev.fanfare.cli.shell.CommandFailure;
import dev.fanfare.cli.shell.Question;
import dev.fanfare.cli.shell.Shell;
import dev.fanfare.contract.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code fanfare tenants …}, through the management API. */
@Command(
        name = "tenants",
        description = {
            "Create, list, show, update and delete tenants.",
            "Needs an administrator's key; a tenant's own key can show it."
        })
public final class TenantsCommand {
    private static final String PATH = "/tenants";

    private final Shell shell;

    public TenantsCommand(Shell shell) {
        this.shell = shell;
    }

    /** What a tenant may have. */
    static final class Details {
        @Option(names = "--description", paramLabel = "TEXT", description = "For people.")
        private @Nullable String description;

        @Option(
                names = "--event-types",
                paramLabel = "RULE",
                description = "open: it may send any event; strict: those of its event types alone (default: open).")
        private @Nullable String eventTypes;

        @Option(
                names = "--rate",
                paramLabel = "N",
                description = "Events a second that are taken from it; 'none' for the configured default.")
        private @Nullable String rate;

        @Option(
                names = "--quota",
                paramLabel = "N/day,N/month",
                description = "Events that it may send in a day, in a month (UTC); 'none' for the configured default.")
        private @Nullable String quota;

        ObjectNode json() {
            ObjectNode body = Json.TOPIC.createObjectNode();
            if (description != null) {
                body.put("description", description);
            }
            if (eventTypes != null) {
                body.put("eventTypes", eventTypes);
            }
            if (rate != null) {
                body.set("rateLimit", rateLimit(rate));
            }
            if (quota != null) {
                body.set("quota", quota(quota));
            }
            return body;
        }
    }

    /** JSON's null for {@code none}. */
    static JsonNode rateLimit(String rate) {
        if (rate.equals("none")) {
            return Json.TOPIC.nullNode();
        }
        try {
            return Json.TOPIC.createObjectNode().put("perSecond", Double.parseDouble(rate));
        } catch (NumberFormatException e) {
            throw CommandFailure.usage("--rate: '" + rate + "' must be a number of events a second, or 'none'");
        }
    }

    /** JSON's null for {@code none}. */
    static JsonNode quota(String text) {
        if (text.equals("none")) {
            return Json.TOPIC.nullNode();
        }
        ObjectNode quota = Json.TOPIC.createObjectNode();
        for (String part : text.split(",", -1)) {
            String[] words = part.split("/", -1);
            String member = words.length != 2
                    ? null
                    : switch (words[1]) {
                        case "day" -> "perDay";
                        case "month" -> "perMonth";
                        default -> null;
                    };
            if (member == null || !words[0].matches("[0-9]{1,12}")) {
                throw CommandFailure.usage("--quota: '" + text
                        + "' must be such as 100000/day, 2000000/month, both with a comma, or 'none'");
            }
            quota.put(member, Long.parseLong(words[0]));
        }
        return quota;
    }

    @Command(name = "create", description = "Create a tenant.")
    void create(
            @Mixin ApiOptions api,
            @Parameters(paramLabel = "ID", description = "Its name in URLs, for ever.") String id,
            @Mixin Details details) {
        client(api).call("POST", PATH, details.json().put("id", id));
        shell.out()
                .println("Created " + id + ". Make a key for it with '" + shell.command() + " keys create --tenant "
                        + id + " --name NAME --scopes SCOPE,…'.");
    }

    @Command(name = "update", description = "Change a tenant: what is named changes, all else stays.")
    void update(@Mixin ApiOptions api, @Parameters(paramLabel = "ID") String id, @Mixin Details details) {
        ObjectNode changes = details.json();
        if (changes.isEmpty()) {
            throw CommandFailure.usage(
                    "nothing to change: say what with --description, --event-types, --rate or --quota");
        }
        client(api).call("PATCH", path(id), changes);
        shell.out().println("Updated " + id);
    }

    @Command(name = "list", description = "List all tenants.")
    void list(@Mixin ApiOptions api, @Mixin ListOutput output) {
        List<JsonNode> all = client(api).pages(PATH);
        if (output.printsData(shell, all)) {
            return;
        }
        Table table = new Table("ID", "EVENT TYPES", "RATE", "DESCRIPTION");
        for (JsonNode tenant : all) {
            table.add(
                    tenant.path("id").asText(),
                    tenant.path("eventTypes").asText(),
                    tenant.hasNonNull("rateLimit")
                            ? tenant.at("/rateLimit/perSecond").asText() + "/s"
                            : null,
                    tenant.path("description").asText());
        }
        table.print(shell);
    }

    @Command(name = "show", description = "Show one tenant as JSON.")
    void show(@Mixin ApiOptions api, @Parameters(paramLabel = "ID") String id) {
        JsonOutput.print(shell, client(api).get(path(id)), OutputFormat.JSON);
    }

    @Command(
            name = "delete",
            description = {
                "Delete a tenant, its keys and its event types. One that has subscriptions is not deleted.",
                "Events of it that wait to be routed become dead letters."
            })
    void delete(
            @Mixin ApiOptions api,
            @Parameters(paramLabel = "ID") String id,
            @Option(names = "--yes", description = "Don't ask.") boolean yes) {
        if (!yes) {
            Question.ask(shell, "delete tenant " + id + " and its keys", "or look at it with 'tenants show'");
        }
        client(api).delete(path(id));
        shell.out().println("Deleted " + id);
    }

    private JsonApi client(ApiOptions api) {
        return new JsonApi(api.client(shell).forAllTenants());
    }

    private static String path(String id) {
        return PATH + "/" + ApiClient.encode(id);
    }
}

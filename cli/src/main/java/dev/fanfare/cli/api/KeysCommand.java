package dev.fanfare.cli.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fanfare.cli.output.JsonOutput;
import dev.fanfare.cli.output.ListOutput;
import dev.fanfare.cli.output.OutputFormat;
import dev.fanfare.cli.output.Style;
import dev.fanfare.cli.output.Table;
import dev.fanfare.cli.shell.CommandFailure;
import dev.fanfare.cli.shell.Question;
import dev.fanfare.cli.shell.Shell;
import dev.fanfare.contract.DurationText;
import dev.fanfare.contract.Json;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code fanfare keys …}, through the management API. */
@Command(
        name = "keys",
        description = {
            "Create, list, rotate, revoke and delete API keys.",
            "A key is for one tenant (--tenant) or, with --admin, for all of them."
        })
public final class KeysCommand {
    private final Shell shell;

    public KeysCommand(Shell shell) {
        this.shell = shell;
    }

    /** Whose keys. */
    static final class Holder {
        @Mixin
        private ApiOptions api = new ApiOptions();

        @Option(names = "--admin", description = "Keys for all tenants, in place of those of --tenant.")
        private boolean admin;

        JsonApi client(Shell shell) {
            ApiClient client = api.client(shell);
            return new JsonApi(admin ? client.forAllTenants() : client);
        }

        static String path(String id) {
            return "/keys/" + ApiClient.encode(id);
        }
    }

    @Command(name = "create", description = "Create a key and print it: it is never shown again.")
    void create(
            @Mixin Holder holder,
            @Option(names = "--name", required = true, paramLabel = "NAME", description = "What it is for.")
                    String name,
            @Option(
                            names = "--scopes",
                            required = true,
                            split = ",",
                            paramLabel = "SCOPE",
                            description = "events:write (send events), read (look), manage (look and change); several"
                                    + " with commas.")
                    List<String> scopes,
            @Option(
                            names = "--expires",
                            paramLabel = "WHEN",
                            description = "In 90d, 12h, …, or at 2027-01-01T00:00:00Z (default: never).")
                    @Nullable String expires,
            @Option(
                            names = "--rate",
                            paramLabel = "N",
                            description = "Events a second that each ingest instance takes with it.")
                    @Nullable String rate,
            @Option(
                            names = "--quota",
                            paramLabel = "N/day,N/month",
                            description = "Events that each ingest instance takes with it in a day, a month, or both.")
                    @Nullable String quota,
            @Option(names = "--output", paramLabel = "FORMAT", description = "table, json or jsonl (default: table).")
                    @Nullable OutputFormat output) {
        ObjectNode body = Json.TOPIC.createObjectNode().put("name", name);
        SubscriptionOptions.writeList(body, "scopes", scopes);
        if (expires != null) {
            body.put("expiresAt", moment(expires));
        }
        if (rate != null) {
            body.set("rateLimit", TenantsCommand.rateLimit(rate));
        }
        if (quota != null) {
            body.set("quota", TenantsCommand.quota(quota));
        }
        print(holder.client(shell).call("POST", "/keys", body), "Created", output);
    }

    @Command(name = "list", description = "List keys, without what is secret about them.")
    void list(@Mixin Holder holder, @Mixin ListOutput output) {
        List<JsonNode> all = holder.client(shell).pages("/keys");
        if (output.printsData(shell, all)) {
            return;
        }
        if (all.isEmpty()) {
            shell.out()
                    .println("No keys yet. Create one with '" + shell.command()
                            + " keys create --name NAME --scopes SCOPE,…'.");
            return;
        }
        Table table = new Table("ID", "STATE", "SCOPES", "EXPIRES", "SECRETS", "NAME");
        for (JsonNode key : all) {
            List<String> scopes = new ArrayList<>();
            key.path("scopes").forEach(scope -> scopes.add(scope.asText()));
            table.add(
                    key.path("id").asText(),
                    key.path("state").asText(),
                    String.join(",", scopes),
                    key.hasNonNull("expiresAt") ? key.path("expiresAt").asText() : null,
                    key.path("secrets").size(),
                    key.path("name").asText());
        }
        table.print(shell);
    }

    @Command(
            name = "rotate",
            description = "Make another secret for a key and print the new key. The old one works on for a while.")
    void rotate(
            @Mixin Holder holder,
            @Parameters(paramLabel = "ID") String id,
            @Option(
                            names = "--overlap",
                            paramLabel = "TIME",
                            defaultValue = "24h",
                            description = "How long the old one works; 0s ends it at once (default: ${DEFAULT-VALUE}).")
                    String overlap,
            @Option(names = "--output", paramLabel = "FORMAT", description = "table, json or jsonl (default: table).")
                    @Nullable OutputFormat output) {
        ObjectNode body = Json.TOPIC.createObjectNode().put("overlap", overlap);
        print(holder.client(shell).call("POST", Holder.path(id) + "/rotate", body), "Rotated", output);
    }

    @Command(name = "revoke", description = "Refuse a key from now on, for good. It stays listed.")
    void revoke(
            @Mixin Holder holder,
            @Parameters(paramLabel = "ID") String id,
            @Option(names = "--yes", description = "Don't ask.") boolean yes) {
        if (!yes) {
            Question.ask(shell, "revoke key " + id + " for good", "or rotate it to replace it without a gap");
        }
        holder.client(shell).call("POST", Holder.path(id) + "/revoke");
        shell.out().println("Revoked " + id);
    }

    @Command(name = "delete", description = "Refuse a key from now on, and forget it.")
    void delete(
            @Mixin Holder holder,
            @Parameters(paramLabel = "ID") String id,
            @Option(names = "--yes", description = "Don't ask.") boolean yes) {
        if (!yes) {
            Question.ask(shell, "delete key " + id, "or rotate it to replace it without a gap");
        }
        holder.client(shell).delete(Holder.path(id));
        shell.out().println("Deleted " + id);
    }

    private void print(JsonNode key, String done, @Nullable OutputFormat output) {
        if (output != null && output != OutputFormat.TABLE) {
            JsonOutput.print(shell, key, output);
            return;
        }
        shell.out().println(done + " " + Style.of(shell).bold(key.path("id").asText()));
        shell.out().println("Key     " + key.path("key").asText() + "   (shown this once)");
    }

    private static String moment(String text) {
        try {
            return Instant.parse(text).toString();
        } catch (DateTimeParseException notAMoment) {
            try {
                return Instant.now().plus(DurationText.parse(text)).toString();
            } catch (IllegalArgumentException e) {
                throw CommandFailure.usage("--expires: '" + text
                        + "' must be a time from now, such as 90d or 12h, or a moment such as 2027-01-01T00:00:00Z");
            }
        }
    }
}

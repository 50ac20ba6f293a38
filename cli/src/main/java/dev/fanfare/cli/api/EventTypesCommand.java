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

/** {@code fanfare event-types …}, through the management API. */
@Command(
        name = "event-types",
        description = {
            "Say which events a tenant sends: list, show, put, deprecate and delete types and their schemas.",
            "A tenant whose rule is strict ('tenants update ID --event-types strict') sends no others."
        })
public final class EventTypesCommand {
    private final Shell shell;

    public EventTypesCommand(Shell shell) {
        this.shell = shell;
    }

    @Command(
            name = "put",
            description = {
                "Create a type or change its description, and add a version of its schema.",
                "A version is never changed: without --version a new schema gets the next number."
            })
    void put(
            @Mixin ApiOptions options,
            @Parameters(paramLabel = "NAME", description = "The events' type, such as order.created.") String name,
            @Option(names = "--description", paramLabel = "TEXT", description = "For people.") @Nullable String description,
            @Option(
                            names = "--schema",
                            paramLabel = "FILE",
                            description = "JSON Schema (2020-12) of the data, in a file or - for standard input.")
                    @Nullable String schema,
            @Option(names = "--example", paramLabel = "FILE", description = "Data that is as the schema says.")
                    @Nullable String example,
            @Option(names = "--version", paramLabel = "N", description = "The number of this schema.") @Nullable Integer version) {
        if (schema == null && (example != null || version != null)) {
            throw CommandFailure.usage("--example and --version belong to a --schema");
        }
        ObjectNode ofVersion = Json.TOPIC.createObjectNode();
        if (schema != null) {
            ofVersion.set("schema", JsonArgument.inFile(shell, "--schema", schema));
        }
        if (example != null) {
            ofVersion.set("example", JsonArgument.inFile(shell, "--example", example));
        }
        JsonApi api = new JsonApi(options.client(shell));
        ObjectNode type = Json.TOPIC.createObjectNode();
        JsonNode before = find(api, name);
        if (before.hasNonNull("deprecation")) {
            type.set("deprecation", before.get("deprecation"));
        }
        String words = description == null ? before.path("description").textValue() : description;
        if (words != null) {
            type.put("description", words);
        }
        api.call("PUT", path(name), type);
        if (schema == null) {
            shell.out().println("Put " + name);
            return;
        }
        int number = version == null ? nextVersion(before, ofVersion.path("schema")) : version;
        api.call("PUT", path(name) + "/versions/" + number, ofVersion);
        shell.out().println("Put " + name + ", version " + number + " of its schema");
    }

    @Command(name = "list", description = "List the tenant's types.")
    void list(@Mixin ApiOptions options, @Mixin ListOutput output) {
        List<JsonNode> all = new JsonApi(options.client(shell)).pages("/event-types");
        if (output.printsData(shell, all)) {
            return;
        }
        if (all.isEmpty()) {
            shell.out()
                    .println("No event types yet. Create one with '" + shell.command()
                            + " event-types put NAME --schema FILE'.");
            return;
        }
        Table table = new Table("NAME", "VERSIONS", "DEPRECATED", "DESCRIPTION");
        for (JsonNode type : all) {
            table.add(
                    type.path("name").asText(),
                    type.path("versions").size(),
                    type.at("/deprecation/notice").asText(),
                    type.path("description").asText());
        }
        table.print(shell);
    }

    @Command(name = "show", description = "Show one type, with all versions, as JSON.")
    void show(@Mixin ApiOptions options, @Parameters(paramLabel = "NAME") String name) {
        JsonOutput.print(shell, new JsonApi(options.client(shell)).get(path(name)), OutputFormat.JSON);
    }

    @Command(name = "deprecate", description = "Tell those who send a type, or one version of it, that it will go.")
    void deprecate(
            @Mixin ApiOptions options,
            @Parameters(paramLabel = "NAME") String name,
            @Option(names = "--notice", required = true, paramLabel = "TEXT", description = "What to use instead.")
                    String notice,
            @Option(names = "--ends", paramLabel = "WHEN", description = "When it goes: 2027-01-01T00:00:00Z.")
                    @Nullable String ends,
            @Option(names = "--version", paramLabel = "N", description = "Only this version of the schema.") @Nullable Integer version) {
        JsonApi api = new JsonApi(options.client(shell));
        String path = version == null ? path(name) : path(name) + "/versions/" + version;
        ObjectNode changed = api.get(path).deepCopy();
        ObjectNode deprecation = changed.putObject("deprecation").put("notice", notice);
        if (ends != null) {
            deprecation.put("endsAt", ends);
        }
        api.call("PUT", path, changed);
        shell.out().println("Deprecated " + name + (version == null ? "" : ", version " + version));
    }

    @Command(
            name = "delete",
            description = "Delete a type and all versions of its schema. A strict tenant can't send it any more.")
    void delete(
            @Mixin ApiOptions options,
            @Parameters(paramLabel = "NAME") String name,
            @Option(names = "--yes", description = "Don't ask.") boolean yes) {
        if (!yes) {
            Question.ask(shell, "delete event type " + name, "or deprecate it");
        }
        new JsonApi(options.client(shell)).delete(path(name));
        shell.out().println("Deleted " + name);
    }

    /** An empty object where there is none. */
    private static JsonNode find(JsonApi api, String name) {
        ApiAnswer answer = api.client().request("GET", path(name), null, new byte[0]);
        if (answer.isSuccess()) {
            return answer.json();
        }
        if (answer.status() == 404) {
            return Json.TOPIC.createObjectNode();
        }
        throw new CommandFailure(answer.words());
    }

    /** Whoever puts the newest schema again means the version that it has. */
    private static int nextVersion(JsonNode type, JsonNode schema) {
        JsonNode versions = type.path("versions");
        if (versions.isEmpty()) {
            return 1;
        }
        JsonNode newest = versions.get(versions.size() - 1);
        int number = newest.path("version").asInt();
        return newest.path("schema").equals(schema) ? number : number + 1;
    }

    private static String path(String name) {
        return "/event-types/" + ApiClient.encode(name);
    }
}

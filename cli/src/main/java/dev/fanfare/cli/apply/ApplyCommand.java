package dev.fanfare.cli.apply;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fanfare.cli.api.ApiOptions;
import dev.fanfare.cli.api.JsonApi;
import dev.fanfare.cli.apply.Declared.Kind;
import dev.fanfare.cli.shell.CommandFailure;
import dev.fanfare.cli.shell.ExitCode;
import dev.fanfare.cli.shell.Question;
import dev.fanfare.cli.shell.Shell;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code fanfare apply}: makes subscriptions and event types as files declare them, through the management API. */
@Command(
        name = "apply",
        description = {
            "Make subscriptions and event types as files say.",
            "Shows what differs first. What is as declared isn't touched, so it can be repeated; what a file doesn't name stays"
                    + " as it is."
        },
        footerHeading = "%nA file:%n",
        footer = {
            "  kind: event-type",
            "  name: invoice.paid",
            "  description: An invoice was paid in full.",
            "  schema: { type: object, required: [invoice] }",
            "  ---",
            "  kind: subscription",
            "  id: billing",
            "  url: https://example.com/webhooks",
            "  eventTypes: [invoice.*]",
            "  metadata: { team: billing }",
            "",
            "Fields are those of the API. Credentials (auth) don't belong into files."
        })
public final class ApplyCommand implements Callable<Integer> {
    private final Shell shell;

    @Mixin
    private ApiOptions options = new ApiOptions();

    @Option(
            names = {"-f", "--file"},
            required = true,
            paramLabel = "FILE",
            description = "YAML or JSON, a folder of such, or - for standard input. Repeatable.")
    private List<String> files = List.of();

    @Option(names = "--dry-run", description = "Only show what differs.")
    private boolean dryRun;

    @Option(
            names = "--prune",
            paramLabel = "KEY=VALUE",
            description =
                    "Delete subscriptions with this in their metadata that no file declares. All that are declared must"
                            + " have it.")
    private @Nullable String prune;

    @Option(
            names = {"-y", "--yes"},
            description = "Don't ask before something is deleted.")
    private boolean yes;

    @Option(
            names = "--show-secrets",
            description =
                    "Print the signing secrets of new subscriptions. Otherwise nobody sees them, and 'subscriptions"
                            + " rotate-secret ID' makes one that is shown.")
    private boolean showSecrets;

    /** For a shell. */
    public ApplyCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() {
        List<Declared> declared = DeclaredFiles.read(files, shell.in());
        String[] label = label(declared);
        Plan plan = new Plan(new JsonApi(options.client(shell)), this::tellOfSecret);
        plan.compare(declared);
        if (label != null) {
            plan.prune(label[0], label[1], declared);
        }
        plan.changes().forEach(this::show);
        long deletions =
                plan.changes().stream().filter(change -> change.sign() == '-').count();
        if (!dryRun) {
            if (deletions > 0 && !yes) {
                Question.ask(
                        shell,
                        "delete " + deletions + (deletions == 1 ? " subscription" : " subscriptions"),
                        "or --dry-run to see which");
            }
            make(plan.changes());
        }
        shell.out()
                .println((dryRun ? "Would change " : "Changed ")
                        + plan.changes().size() + ", as declared already: " + plan.unchanged() + ".");
        return ExitCode.OK;
    }

    /** The parts of {@code --prune}; null where it isn't there. */
    private String @Nullable [] label(List<Declared> declared) {
        if (prune == null) {
            return null;
        }
        String[] label = prune.split("=", 2);
        if (label.length < 2 || label[0].isEmpty() || label[1].isEmpty()) {
            throw CommandFailure.usage(
                    "--prune: '" + prune + "' must be a key and a value of the metadata, such as team=billing");
        }
        List<String> without = new ArrayList<>();
        for (Declared each : declared) {
            if (each.kind() == Kind.SUBSCRIPTION
                    && !label[1].equals(
                            each.fields().path("metadata").path(label[0]).textValue())) {
                without.add(each.place() + " (" + each.title() + "): metadata must have " + prune
                        + ", or --prune would never find it again");
            }
        }
        if (!without.isEmpty()) {
            throw CommandFailure.usage(String.join(System.lineSeparator(), without));
        }
        return label;
    }

    private void show(Change change) {
        shell.out().println(change.sign() + " " + change.title());
        change.lines().forEach(line -> shell.out().println("    " + line));
    }

    private void make(List<Change> changes) {
        int done = 0;
        for (Change change : changes) {
            try {
                change.work().run();
            } catch (CommandFailure e) {
                throw new CommandFailure(
                        (change.place().isEmpty() ? "" : change.place() + " ") + "(" + change.title() + "): "
                                + e.getMessage() + "; " + done + " of " + changes.size()
                                + " changes were made before, and repeating them is harmless",
                        e);
            }
            done++;
        }
    }

    private void tellOfSecret(String id, JsonNode answer) {
        if (showSecrets && answer.hasNonNull("secret")) {
            shell.out().println("secret of " + id + ": " + answer.path("secret").asText());
        }
    }
}

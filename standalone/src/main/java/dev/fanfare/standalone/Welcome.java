package dev.fanfare.standalone;

import dev.fanfare.cli.Version;
import dev.fanfare.cli.output.Style;
import dev.fanfare.cli.shell.Shell;
import dev.fanfare.contract.DurationText;
import dev.fanfare.contract.topic.Tier;
import dev.fanfare.runtime.config.Secret;
import dev.fanfare.runtime.http.AccessSettings;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** What a newcomer reads when it runs: what there is, and what to try next. */
final class Welcome {
    private static final String SAMPLE = "docs/examples/orders.jsonl";

    private final Shell shell;
    private final DevInstance dev;
    private final Style style;

    Welcome(Shell shell, DevInstance dev) {
        this.shell = shell;
        this.dev = dev;
        this.style = Style.of(shell);
    }

    void print() {
        PrintWriter out = shell.out();
        out.println();
        out.println("  " + style.bold("Fanfare " + Version.current())
                + "  all roles and a Kafka broker, on this machine only");
        out.println();
        line("API", dev.apiUrl() + "   key " + key() + ", tenant " + tenant());
        line("Console", dev.apiUrl() + "/console");
        line("API docs", dev.apiUrl() + "/docs");
        line("Kafka", dev.bootstrapServers());
        line("Data", dev.folder() + (dev.isEphemeral() ? "   (temporary, goes at the end)" : ""));
        line("Retries", "after " + delays(dev.tiers()));
        out.println();
        out.println("  Try next, in other terminals:");
        out.println();
        List<String[]> commands = List.of(
                new String[] {shell.command() + " listen", "a receiver: subscribes itself, verifies, prints"},
                new String[] {shell.command() + " events send " + sample(), "some events"},
                new String[] {shell.command() + " attempts list", "what was sent, and what came back"});
        int width =
                commands.stream().mapToInt(command -> command[0].length()).max().orElse(0);
        commands.forEach(command -> out.println("    " + style.bold(command[0])
                + " ".repeat(width - command[0].length()) + "   " + style.faint(command[1])));
        out.println();
        out.flush();
    }

    void printReady(Duration since) {
        shell.out()
                .println("  "
                        + style.good(String.format(Locale.ROOT, "Ready in %.1f s.", since.toMillis() / 1_000.0))
                        + " Ctrl-C ends it"
                        + (dev.isEphemeral() ? "." : "; the next start carries on."));
        shell.out().println();
    }

    void printNotReady() {
        shell.out().println("  " + style.bad("Not ready yet: ") + String.join("; ", dev.notReady()));
        shell.out().flush();
    }

    private void line(String name, String value) {
        shell.out().println("  " + style.faint(String.format("%-9s", name)) + " " + value);
    }

    private String key() {
        boolean ours = dev.settings()
                .section(AccessSettings.class)
                .key()
                .map(Secret::reveal)
                .filter(DevInstance.KEY::equals)
                .isPresent();
        return ours ? DevInstance.KEY : "as you set it";
    }

    private String tenant() {
        return String.join(", ", dev.settings().section(AccessSettings.class).tenants());
    }

    private static String delays(List<Tier> tiers) {
        return tiers.stream().map(tier -> DurationText.format(tier.delay())).collect(Collectors.joining(", "));
    }

    /** The sample's path as the user would type it from where they are. */
    private String sample() {
        Path installation = shell.installation();
        Path here = Path.of("").toAbsolutePath();
        if (installation == null || !Files.exists(installation.resolve(SAMPLE))) {
            return "FILE";
        }
        Path sample = installation.resolve(SAMPLE);
        return sample.startsWith(here) ? here.relativize(sample).toString() : sample.toString();
    }
}

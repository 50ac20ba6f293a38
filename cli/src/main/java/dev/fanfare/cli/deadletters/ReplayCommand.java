package dev.fanfare.cli.deadletters;

import dev.fanfare.cli.shell.Shell;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code fanfare dlq replay}. */
final class ReplayCommand extends RunCommand {
    @Option(
            names = "--to-url",
            paramLabel = "URL",
            description = "A trial: send what is meant to this endpoint instead and print what it answers. Nothing is"
                    + " taken off the dead letters.")
    private @Nullable String toUrl;

    @Option(
            names = "--secret",
            paramLabel = "whsec_…",
            description = "Signs a trial; without it the requests carry no signature.")
    private @Nullable String secret;

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "10",
            description = "How many a trial sends at most; default: ${DEFAULT-VALUE}.")
    private int limit;

    @Option(names = "--because", paramLabel = "TEXT", description = "Why, for the audit.")
    private @Nullable String because;

    ReplayCommand(Shell shell) {
        super(Action.REPLAY, shell);
    }

    @Override
    @Nullable String because() {
        return because;
    }

    @Override
    @Nullable Trial trial() {
        return toUrl == null ? null : Trial.to(toUrl, secret, limit);
    }
}

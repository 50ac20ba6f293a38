package dev.fanfare.cli.deadletters;

import dev.fanfare.cli.shell.Shell;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code fanfare dlq discard}. */
final class DiscardCommand extends RunCommand {
    @Option(
            names = "--because",
            paramLabel = "TEXT",
            description = "Why, for the audit: required. (--reason is a filter: why they died.)")
    private @Nullable String because;

    DiscardCommand(Shell shell) {
        super(Action.DISCARD, shell);
    }

    @Override
    @Nullable String because() {
        return because;
    }

    @Override
    boolean mustSayWhy() {
        return true;
    }
}

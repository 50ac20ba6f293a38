package dev.fanfare.cli.manual;

import dev.fanfare.cli.shell.Shell;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code fanfare completion}. */
@Command(
        name = "completion",
        description = {
            "Print a script that completes commands and options with the Tab key, for bash and zsh.",
            "bash: source <(fanfare completion). For good: fanfare completion >"
                    + " ~/.local/share/bash-completion/completions/fanfare",
            "zsh: autoload -U +X bashcompinit && bashcompinit; source <(fanfare completion)"
        })
public final class CompletionCommand implements Runnable {
    private final Shell shell;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    public CompletionCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public void run() {
        shell.out().print(AutoComplete.bash("fanfare", spec.root().commandLine()));
    }
}

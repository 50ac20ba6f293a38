package dev.fanfare.cli.shell;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Asks before something is changed. */
public final class Question {
    private Question() {}

    /**
     * Returns if a person says yes.
     *
     * @param intent what would be done: {@code replay 3 dead letters}
     * @param other  what could be done instead of {@code --yes}: {@code --dry-run to see which}
     * @throws CommandFailure where the answer is no, or nobody is there to ask
     */
    public static void ask(Shell shell, String intent, String other) {
        if (!shell.errIsTerminal()) {
            throw CommandFailure.usage("this would " + intent + ": add --yes to do it, " + other);
        }
        shell.err().print("Really " + intent + "? [y/N] ");
        shell.err().flush();
        String answer;
        try {
            answer = new BufferedReader(new InputStreamReader(shell.in(), StandardCharsets.UTF_8)).readLine();
        } catch (IOException e) {
            throw new UncheckedIOException("the answer can't be read", e);
        }
        if (answer == null || !answer.strip().toLowerCase(Locale.ROOT).startsWith("y")) {
            throw new CommandFailure("nothing was done");
        }
    }
}

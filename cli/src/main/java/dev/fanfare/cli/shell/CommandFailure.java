package dev.fanfare.cli.shell;

import org.jspecify.annotations.Nullable;

/** Ends a command with a sentence for the user, which names the culprit and the way out. */
public final class CommandFailure extends RuntimeException {
    private final int exitCode;

    /** Something failed. */
    public CommandFailure(String sentence) {
        this(sentence, null);
    }

    /** Something failed; the cause is shown with {@code --debug}. */
    public CommandFailure(String sentence, @Nullable Throwable cause) {
        this(sentence, ExitCode.FAILED, cause);
    }

    private CommandFailure(String sentence, int exitCode, @Nullable Throwable cause) {
        super(sentence, cause);
        this.exitCode = exitCode;
    }

    /** The user asked for something that can't be. */
    public static CommandFailure usage(String sentence) {
        return new CommandFailure(sentence, ExitCode.USAGE, null);
    }

    /** One of {@link ExitCode}. */
    public int exitCode() {
        return exitCode;
    }
}

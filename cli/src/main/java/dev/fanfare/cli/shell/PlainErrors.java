package dev.fanfare.cli.shell;

import dev.fanfare.contract.problem.Suggestion;
import dev.fanfare.runtime.config.InvalidSettings;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Says in plain sentences what went wrong; a stack trace only with {@code --debug}. */
public final class PlainErrors implements IExecutionExceptionHandler, IParameterExceptionHandler {
    private static final String DEBUG = "--debug";

    @Override
    public int handleExecutionException(Exception error, CommandLine command, @Nullable ParseResult parsed) {
        boolean debug = parsed != null && parsed.originalArgs().contains(DEBUG);
        sentences(error, debug).forEach(sentence -> command.getErr().println("fanfare: " + sentence));
        if (debug) {
            error.printStackTrace(command.getErr());
        }
        command.getErr().flush();
        if (error instanceof InvalidSettings) {
            return ExitCode.USAGE;
        }
        return error instanceof CommandFailure failure ? failure.exitCode() : ExitCode.FAILED;
    }

    @Override
    public int handleParseException(ParameterException error, String[] args) {
        CommandLine command = error.getCommandLine();
        command.getErr().println("fanfare: " + oneLine(error) + suggestion(error));
        command.getErr().println("Try '" + command.getCommandSpec().qualifiedName() + " --help' for what it can do.");
        command.getErr().flush();
        return ExitCode.USAGE;
    }

    /** What a user is told of an error, without the debug hint's trace. */
    static List<String> sentences(Throwable error, boolean debug) {
        if (error instanceof InvalidSettings invalid) {
            return invalid.faults();
        }
        List<String> sentences = new ArrayList<>();
        String message = error.getMessage();
        if (message == null || isUnexpected(error)) {
            sentences.add("unexpected " + error.getClass().getSimpleName() + (message == null ? "" : ": " + message)
                    + (debug ? "" : "; run it again with " + DEBUG + " to see where"));
        } else if (error instanceof KafkaException) {
            sentences.add("Kafka: " + message);
        } else {
            sentences.add(message);
        }
        return sentences;
    }

    private static boolean isUnexpected(Throwable error) {
        return error instanceof NullPointerException
                || error instanceof ClassCastException
                || error instanceof IndexOutOfBoundsException
                || error instanceof UnsupportedOperationException;
    }

    private static String oneLine(ParameterException error) {
        String message = error.getMessage() == null ? "the arguments can't be used" : error.getMessage();
        return message.lines().findFirst().orElse(message);
    }

    private static String suggestion(ParameterException error) {
        if (!(error instanceof UnmatchedArgumentException unmatched)
                || unmatched.getUnmatched().isEmpty()) {
            return "";
        }
        List<String> known =
                new ArrayList<>(error.getCommandLine().getSubcommands().keySet());
        known.addAll(error.getCommandLine().getCommandSpec().optionsMap().keySet());
        String given = unmatched.getUnmatched().get(0);
        int value = given.indexOf('=');
        return Suggestion.among(known, value < 0 ? given : given.substring(0, value));
    }
}

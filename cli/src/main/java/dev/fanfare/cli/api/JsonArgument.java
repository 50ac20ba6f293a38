package dev.fanfare.cli.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.fanfare.cli.shell.CommandFailure;
import dev.fanfare.cli.shell.Shell;
import dev.fanfare.contract.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** JSON that an option of a command was given. No error repeats it: there may be a secret in it. */
final class JsonArgument {
    private JsonArgument() {}

    /** From a file, or from standard input where the file is {@code -}. */
    static JsonNode inFile(Shell shell, String option, String file) {
        try {
            return parse(
                    option, file, file.equals("-") ? shell.in().readAllBytes() : Files.readAllBytes(Path.of(file)));
        } catch (IOException | InvalidPathException e) {
            throw CommandFailure.usage(option + ": " + file + " can't be read");
        }
    }

    /** An object or a list as it is; all else names a file. */
    static JsonNode inlineOrInFile(Shell shell, String option, String value) {
        return value.startsWith("{") || value.startsWith("[")
                ? parse(option, "what was given", value.getBytes(StandardCharsets.UTF_8))
                : inFile(shell, option, value);
    }

    private static JsonNode parse(String option, String what, byte[] json) {
        try {
            return Json.STRICT.readTree(json);
        } catch (JsonProcessingException e) {
            throw CommandFailure.usage(option + ": " + what + " is not valid JSON (line "
                    + (e.getLocation() == null ? 1 : e.getLocation().getLineNr()) + ")");
        } catch (IOException e) {
            throw CommandFailure.usage(option + ": " + what + " can't be read");
        }
    }
}

package dev.fanfare.cli.output;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.fanfare.cli.shell.Shell;
import dev.fanfare.contract.Json;
import java.util.List;

/** JSON on standard output: one array, or one object a line. */
public final class JsonOutput {
    private JsonOutput() {}

    /** One object. */
    public static void print(Shell shell, JsonNode object, OutputFormat format) {
        shell.out().println(write(object, format));
    }

    /** Many. */
    public static void printAll(Shell shell, List<? extends JsonNode> objects, OutputFormat format) {
        if (format == OutputFormat.JSONL) {
            objects.forEach(object -> print(shell, object, format));
        } else {
            shell.out().println(write(Json.TOPIC.createArrayNode().addAll(objects), format));
        }
    }

    private static String write(JsonNode node, OutputFormat format) {
        try {
            return format == OutputFormat.JSONL
                    ? Json.TOPIC.writeValueAsString(node)
                    : Json.TOPIC.writerWithDefaultPrettyPrinter().writeValueAsString(node);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree is plain data", e);
        }
    }
}

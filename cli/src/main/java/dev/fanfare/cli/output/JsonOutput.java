package dev.fanfare.cli.output;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.fanfare.cli.shell.Shell;
import dev.fanfare.contract.Json;
import java.util.List;

/** JSON on standard output: one array, or one object a line; or the same as YAML. */
public final class JsonOutput {
    private static final YAMLMapper YAML = YAMLMapper.builder()
            .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
            .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
            .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
            .build();

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

    /** As text, without a line end. */
    public static String write(JsonNode node, OutputFormat format) {
        try {
            return switch (format) {
                case JSONL -> Json.TOPIC.writeValueAsString(node);
                case YAML -> YAML.writeValueAsString(node).stripTrailing();
                case TABLE, JSON -> Json.TOPIC.writerWithDefaultPrettyPrinter().writeValueAsString(node);
            };
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree is plain data", e);
        }
    }
}

package dev.fanfare.runtime.catalog;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaException;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import dev.fanfare.contract.problem.Problem.FieldError;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * A JSON Schema (2020-12) of an event's data, compiled. Thread-safe.
 *
 * <p>{@code format} is an annotation, as 2020-12 has it. References lead into the schema itself only: nothing is fetched.
 * A schema may still be slow on purpose, though its patterns are bounded: keep its use off the event loop.
 */
public final class DataSchema {
    private static final String DIALECT = "https://json-schema.org/draft/2020-12/schema";
    private static final Set<String> REFERENCES = Set.of("$ref", "$dynamicRef");
    private static final int MOST_FAULTS = 20;
    private static final List<JsonNode> PROBES = List.of(
            JsonNodeFactory.instance.objectNode(),
            JsonNodeFactory.instance.arrayNode(),
            JsonNodeFactory.instance.textNode(""),
            JsonNodeFactory.instance.numberNode(0),
            JsonNodeFactory.instance.nullNode());

    private final Schema schema;

    private DataSchema(Schema schema) {
        this.schema = schema;
    }

    /**
     * Compiles a schema in which {@link #check} found no fault.
     *
     * @throws IllegalArgumentException where it has one
     */
    public static DataSchema compile(JsonNode schema) {
        try {
            // a registry of its own: two tenants may call different schemas by the same $id
            Schema compiled = registry(false).getSchema(schema);
            compiled.initializeValidators();
            return new DataSchema(compiled);
        } catch (SchemaException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    /**
     * What is wrong with a schema itself.
     *
     * @param at the name of the member that holds it; a JSON Pointer is appended
     */
    public static List<FieldError> check(JsonNode schema, String at) {
        List<FieldError> faults = new ArrayList<>();
        if (!schema.isObject() && !schema.isBoolean()) {
            faults.add(new FieldError(at, "must be a JSON Schema: an object, or true or false"));
            return faults;
        }
        JsonNode dialect = schema.path("$schema");
        if (!dialect.isMissingNode() && !dialect.asText().equals(DIALECT)) {
            faults.add(new FieldError(at + "/$schema", "must be absent or '" + DIALECT + "'"));
        }
        refuseForeign(schema, at, faults);
        if (faults.isEmpty()) {
            DataSchema meta = new DataSchema(registry(true).getSchema(SchemaLocation.of(DIALECT)));
            faults.addAll(meta.faults(schema, at));
        }
        if (faults.isEmpty()) {
            try {
                DataSchema compiled = compile(schema);
                for (JsonNode probe : PROBES) {
                    compiled.schema.validate(probe);
                }
            } catch (IllegalArgumentException | SchemaException e) {
                faults.add(new FieldError(at, "can't be used: " + e.getMessage()));
            } catch (StackOverflowError e) {
                faults.add(new FieldError(at, "refers to itself without end"));
            }
        }
        return faults;
    }

    /**
     * What is wrong with data; empty where it is as the schema says.
     *
     * @param at where the data is; each fault is named by this and a JSON Pointer (RFC 6901) into the data
     */
    public List<FieldError> faults(JsonNode data, String at) {
        try {
            return schema.validate(data).stream()
                    .limit(MOST_FAULTS)
                    .map(error -> new FieldError(at + error.getInstanceLocation(), error.getMessage()))
                    .distinct()
                    .toList();
        } catch (SchemaException e) {
            return List.of(new FieldError(at, "can't be checked against its schema: " + e.getMessage()));
        } catch (NumberFormatException e) {
            return List.of(new FieldError(at, "holds a number that is too large for its schema, such as 1e999"));
        } catch (StackOverflowError e) {
            return List.of(new FieldError(at, "is nested too deeply for its schema"));
        }
    }

    /** Formats are asserted where schemas themselves are checked: a pattern must be one. */
    private static SchemaRegistry registry(boolean formats) {
        SchemaRegistryConfig config = SchemaRegistryConfig.builder()
                .locale(Locale.ENGLISH)
                .formatAssertionsEnabled(formats)
                .regularExpressionFactory(BoundedPattern::new)
                .build();
        return SchemaRegistry.withDefaultDialect(
                SpecificationVersion.DRAFT_2020_12, builder -> builder.schemaRegistryConfig(config));
    }

    private static void refuseForeign(JsonNode node, String at, List<FieldError> faults) {
        if (node.isObject()) {
            node.properties().forEach(member -> {
                String where = at + "/" + member.getKey().replace("~", "~0").replace("/", "~1");
                JsonNode value = member.getValue();
                if (REFERENCES.contains(member.getKey())
                        && value.isTextual()
                        && !value.textValue().startsWith("#")) {
                    faults.add(new FieldError(where, "must lead into the schema itself ('#…'): nothing is fetched"));
                }
                refuseForeign(value, where, faults);
            });
        } else {
            for (int i = 0; i < node.size(); i++) {
                refuseForeign(node.get(i), at + "/" + i, faults);
            }
        }
    }
}

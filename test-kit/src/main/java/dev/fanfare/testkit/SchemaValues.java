package dev.fanfare.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * JSON values that a schema of an OpenAPI document allows, as far as it is understood here, and values with one thing
 * wrong. Patterns are met by the document's own examples, or not at all. Confined to one thread.
 */
final class SchemaValues {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final int DEEPEST = 6;
    private static final List<String> NASTY_TEXTS = List.of(
            "",
            " ",
            "\u0000",
            "null",
            "../../etc/passwd",
            "a\r\nb: c",
            "%00%zz",
            "\ud83d\ude00",
            "\ud800",
            "${jndi:ldap://x}",
            "'\"<script>",
            "0x10",
            "NaN",
            "9999-99-99T99:99:99Z",
            "http://[::1",
            "https://user:secret@127.0.0.1:1/x#y",
            "P1D",
            "(((((a+)+)+)+)+$",
            "x".repeat(5_000));

    private final JsonNode document;
    private final Random random;

    SchemaValues(JsonNode document, Random random) {
        this.document = document;
        this.random = random;
    }

    /** What a reference leads to; anything else as it is. */
    JsonNode resolve(JsonNode node) {
        JsonNode at = node;
        while (at.has("$ref")) {
            at = document.at(at.path("$ref").asText().substring(1));
        }
        return at;
    }

    /** A value that the schema allows. */
    JsonNode good(JsonNode schema) {
        return good(schema, 0);
    }

    /** The same, with one thing wrong; it may be allowed all the same. */
    JsonNode bad(JsonNode schema) {
        return spoil(good(schema));
    }

    private JsonNode good(JsonNode given, int depth) {
        JsonNode schema = resolve(given);
        List<JsonNode> samples = samples(schema);
        if (!samples.isEmpty() && (random.nextInt(3) == 0 || schema.has("pattern"))) {
            return samples.get(random.nextInt(samples.size())).deepCopy();
        }
        if (schema.has("const")) {
            return schema.path("const");
        }
        if (schema.has("enum")) {
            return pick(schema.path("enum"));
        }
        for (String choice : List.of("oneOf", "anyOf")) {
            if (schema.has(choice)) {
                return good(pick(schema.path(choice)), depth + 1);
            }
        }
        if (schema.has("allOf")) {
            ObjectNode whole = JSON.objectNode();
            for (JsonNode part : schema.path("allOf")) {
                if (good(part, depth + 1) instanceof ObjectNode object) {
                    whole.setAll(object);
                }
            }
            return whole;
        }
        JsonNode type = schema.path("type");
        return switch (type.isArray() ? pick(type).asText() : type.asText()) {
            case "object" -> object(schema, depth);
            case "array" -> array(schema, depth);
            case "string" -> TextNode.valueOf(text(schema));
            case "integer" -> JSON.numberNode((long) number(schema));
            case "number" -> JSON.numberNode(number(schema));
            case "boolean" -> JSON.booleanNode(random.nextBoolean());
            case "null" -> JSON.nullNode();
            default -> anything(depth);
        };
    }

    private ObjectNode object(JsonNode schema, int depth) {
        ObjectNode object = JSON.objectNode();
        List<String> required = new ArrayList<>();
        schema.path("required").forEach(name -> required.add(name.asText()));
        schema.path("properties").properties().forEach(member -> {
            boolean wanted = required.contains(member.getKey())
                    || depth < DEEPEST
                            && random.nextInt(3) == 0
                            && !resolve(member.getValue()).path("readOnly").asBoolean();
            if (wanted) {
                object.set(member.getKey(), good(member.getValue(), depth + 1));
            }
        });
        JsonNode others = schema.path("additionalProperties");
        if (others.isObject()) {
            int count = Math.max(schema.path("minProperties").asInt(), random.nextInt(3));
            for (int i = 0; i < count; i++) {
                object.set("m" + random.nextInt(100), good(others, depth + 1));
            }
        }
        return object;
    }

    private ArrayNode array(JsonNode schema, int depth) {
        ArrayNode array = JSON.arrayNode();
        int most = Math.min(schema.path("maxItems").asInt(3), depth < DEEPEST ? 3 : 0);
        int least = schema.path("minItems").asInt();
        int count = least + (most > least ? random.nextInt(most - least + 1) : 0);
        for (int i = 0; i < count; i++) {
            array.add(good(schema.path("items"), depth + 1));
        }
        return array;
    }

    private String text(JsonNode schema) {
        return switch (schema.path("format").asText()) {
            case "uri", "uri-reference" -> "https://127.0.0.1:1/hook/" + random.nextInt(100);
            case "date-time" -> "20" + (10 + random.nextInt(80)) + "-06-15T12:00:00Z";
            case "uuid" -> "01890a5d-ac96-774b-bcce-b302099a80" + (10 + random.nextInt(90));
            default -> {
                int least = schema.path("minLength").asInt();
                int most = Math.max(least, Math.min(schema.path("maxLength").asInt(12), 12));
                int length = Math.max(1, least + random.nextInt(most - least + 1));
                yield "abcdefghijklmnopqrstuvwxyz".repeat(1 + length / 26).substring(0, length);
            }
        };
    }

    private double number(JsonNode schema) {
        double least = schema.path("minimum").asDouble(-5);
        double most = schema.path("maximum").asDouble(Math.max(least, 1_000));
        return switch (random.nextInt(3)) {
            case 0 -> least;
            case 1 -> most;
            default -> Math.floor(least + (most - least) * random.nextDouble());
        };
    }

    private JsonNode anything(int depth) {
        return switch (random.nextInt(depth < DEEPEST ? 6 : 4)) {
            case 0 -> JSON.numberNode(random.nextInt());
            case 1 -> JSON.textNode(NASTY_TEXTS.get(random.nextInt(7)));
            case 2 -> JSON.booleanNode(true);
            case 3 -> JSON.nullNode();
            case 4 -> JSON.arrayNode().add(anything(depth + 1));
            default -> JSON.objectNode().set("any", anything(depth + 1));
        };
    }

    /** A value that is rarely what is meant. */
    String nastyText() {
        return NASTY_TEXTS.get(random.nextInt(NASTY_TEXTS.size()));
    }

    private JsonNode spoil(JsonNode good) {
        boolean deeper = good.isContainerNode() && !good.isEmpty() && random.nextInt(4) > 0;
        if (!deeper) {
            return spoiled(good);
        }
        if (good instanceof ObjectNode object) {
            List<String> names = new ArrayList<>();
            object.fieldNames().forEachRemaining(names::add);
            String name = names.get(random.nextInt(names.size()));
            switch (random.nextInt(6)) {
                case 0 -> object.remove(name);
                case 1 -> object.set(name + "x", object.remove(name));
                default -> object.set(name, spoil(object.path(name)));
            }
            return object;
        }
        ArrayNode array = (ArrayNode) good;
        int at = random.nextInt(array.size());
        array.set(at, spoil(array.path(at)));
        return array;
    }

    private JsonNode spoiled(JsonNode good) {
        return switch (random.nextInt(9)) {
            case 0 -> JSON.nullNode();
            case 1 -> JSON.numberNode(random.nextBoolean() ? Long.MIN_VALUE : 1e300);
            case 2 -> JSON.numberNode(-1);
            case 3 -> JSON.arrayNode();
            case 4 -> JSON.objectNode();
            case 5 -> JSON.booleanNode(random.nextBoolean());
            case 6 -> JSON.arrayNode().add(good.deepCopy()).add(good);
            default -> JSON.textNode(nastyText());
        };
    }

    private List<JsonNode> samples(JsonNode schema) {
        List<JsonNode> samples = new ArrayList<>();
        schema.path("examples").forEach(samples::add);
        if (schema.has("example")) {
            samples.add(schema.path("example"));
        }
        return samples;
    }

    private JsonNode pick(JsonNode array) {
        return array.get(random.nextInt(array.size()));
    }
}

package dev.fanfare.cli.apply;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fanfare.cli.output.Printable;
import dev.fanfare.contract.DurationText;
import dev.fanfare.contract.Json;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Compares fields by what they mean: {@code 15000ms} is {@code 15s}, and the order of event types says nothing. Pure. */
final class FieldDiff {
    private static final int SHOWN = 120;

    private FieldDiff() {}

    /** The declared fields that are otherwise now. */
    static ObjectNode differing(JsonNode now, ObjectNode declared) {
        ObjectNode differing = Json.TOPIC.createObjectNode();
        declared.properties().forEach(field -> {
            if (!means(field.getKey(), now.path(field.getKey()), field.getValue())) {
                differing.set(field.getKey(), field.getValue());
            }
        });
        return differing;
    }

    /** What changes, one line a field. */
    static List<String> lines(JsonNode now, ObjectNode differing) {
        List<String> lines = new ArrayList<>();
        differing.properties().forEach(field -> {
            JsonNode before = now.path(field.getKey());
            lines.add(field.getKey() + ": " + (before.isMissingNode() ? "" : text(before) + " → ")
                    + text(field.getValue()));
        });
        return lines;
    }

    /** As a merge patch (RFC 7396): an object is replaced, so that members which are no longer declared are set to null. */
    static ObjectNode patch(JsonNode now, ObjectNode differing) {
        ObjectNode patch = differing.deepCopy();
        patch.properties().forEach(field -> {
            if (field.getValue() instanceof ObjectNode object) {
                now.path(field.getKey()).properties().forEach(member -> {
                    if (!object.has(member.getKey())) {
                        object.putNull(member.getKey());
                    }
                });
            }
        });
        return patch;
    }

    private static boolean means(String field, JsonNode now, JsonNode declared) {
        if (field.equals("eventTypes") && now.isArray() && declared.isArray()) {
            return texts(now).equals(texts(declared));
        }
        return same(now, declared);
    }

    private static Set<String> texts(JsonNode list) {
        Set<String> texts = new TreeSet<>();
        list.forEach(each -> texts.add(each.asText()));
        return texts;
    }

    private static boolean same(JsonNode a, JsonNode b) {
        if (a.isNumber() && b.isNumber()) {
            return a.decimalValue().compareTo(b.decimalValue()) == 0;
        }
        if (a.isTextual() && b.isTextual()) {
            return a.textValue().equals(b.textValue()) || sameDuration(a.textValue(), b.textValue());
        }
        if (a.isArray() && b.isArray()) {
            return sameInOrder(a.elements(), b.elements());
        }
        if (a.isObject() && b.isObject()) {
            return a.size() == b.size()
                    && a.properties().stream().allMatch(member -> same(member.getValue(), b.path(member.getKey())));
        }
        return a.equals(b);
    }

    private static boolean sameInOrder(Iterator<JsonNode> a, Iterator<JsonNode> b) {
        while (a.hasNext() && b.hasNext()) {
            if (!same(a.next(), b.next())) {
                return false;
            }
        }
        return !a.hasNext() && !b.hasNext();
    }

    private static boolean sameDuration(String a, String b) {
        try {
            return DurationText.parse(a).equals(DurationText.parse(b));
        } catch (IllegalArgumentException | ArithmeticException e) {
            return false; // other text
        }
    }

    private static String text(JsonNode value) {
        String text = Printable.line(value.isTextual() ? value.textValue() : value.toString());
        return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…";
    }
}

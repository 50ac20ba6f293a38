package dev.fanfare.contract.filter;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fanfare.contract.filter.Comparison.Order;
import dev.fanfare.contract.problem.Problem.FieldError;
import dev.fanfare.contract.problem.Suggestion;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Compiles the {@code data} dialect: comparisons of what stands at places in the JSON body.
 *
 * <pre>
 * {"/order/total": {"gt": 100, "lte": 500}, "/order/currency": {"in": ["EUR", "CHF"]}}
 *  JSON Pointer     comparisons: all of all places must hold
 * </pre>
 *
 * Confined to one reading.
 */
final class DataReader {
    private static final int MAX_TEXT = 1_024;
    private static final int MAX_VALUES = 100;
    private static final Set<String> COMPARISONS =
            Set.of("eq", "ne", "in", "gt", "gte", "lt", "lte", "exists", "prefix", "suffix");

    private final List<FieldError> faults;

    DataReader(List<FieldError> faults) {
        this.faults = faults;
    }

    /** What must hold at one place; null where it is faulty. */
    @Nullable DataFilter read(String place, JsonNode comparisons, String field) {
        JsonPointer pointer = pointer(place, field);
        if (!(comparisons instanceof ObjectNode object) || object.isEmpty()) {
            fault(field, "must be an object of comparisons, such as {\"gt\": 100}");
            return null;
        }
        List<Comparison> read = new ArrayList<>();
        object.properties().forEach(member -> {
            Comparison comparison =
                    comparison(member.getKey(), member.getValue(), field + "." + FilterReader.cut(member.getKey()));
            if (comparison != null) {
                read.add(comparison);
            }
        });
        return pointer == null ? null : new DataFilter(pointer, read);
    }

    private @Nullable JsonPointer pointer(String place, String field) {
        boolean right = place.isEmpty() || place.charAt(0) == '/';
        for (int i = 0; i < place.length(); i++) {
            boolean escaped = i + 1 < place.length() && (place.charAt(i + 1) == '0' || place.charAt(i + 1) == '1');
            right &= place.charAt(i) != '~' || escaped;
        }
        if (!right || place.length() > MAX_TEXT) {
            fault(
                    field,
                    "is not a JSON Pointer (RFC 6901), such as /order/total or /items/0/id, of at most " + MAX_TEXT
                            + " characters; in a name, write ~1 for / and ~0 for ~");
            return null;
        }
        return JsonPointer.compile(place);
    }

    private @Nullable Comparison comparison(String name, JsonNode operand, String field) {
        return switch (name) {
            case "eq" -> isScalar(operand, field) ? new Comparison.OneOf(List.of(exact(operand))) : null;
            case "ne" -> isScalar(operand, field) ? new Comparison.Other(exact(operand)) : null;
            case "in" -> oneOf(operand, field);
            case "gt" -> ordered(Order.GT, operand, field);
            case "gte" -> ordered(Order.GTE, operand, field);
            case "lt" -> ordered(Order.LT, operand, field);
            case "lte" -> ordered(Order.LTE, operand, field);
            case "exists" -> exists(operand, field);
            case "prefix" -> isText(operand, field) ? new Comparison.Begins(operand.textValue()) : null;
            case "suffix" -> isText(operand, field) ? new Comparison.Ends(operand.textValue()) : null;
            default -> {
                fault(
                        field,
                        "is not a comparison: use "
                                + String.join(
                                        ", ", COMPARISONS.stream().sorted().toList())
                                + Suggestion.among(COMPARISONS, FilterReader.cut(name)));
                yield null;
            }
        };
    }

    private @Nullable Comparison oneOf(JsonNode operand, String field) {
        if (!(operand instanceof ArrayNode array) || array.isEmpty() || array.size() > MAX_VALUES) {
            fault(field, "must be a list of 1 to " + MAX_VALUES + " values");
            return null;
        }
        List<JsonNode> values = new ArrayList<>();
        for (int i = 0; i < array.size(); i++) {
            if (isScalar(array.get(i), field + "[" + i + "]")) {
                values.add(exact(array.get(i)));
            }
        }
        return new Comparison.OneOf(values);
    }

    private @Nullable Comparison ordered(Order order, JsonNode operand, String field) {
        if (!operand.isNumber() && !operand.isTextual()) {
            fault(field, "must be a number or a string: nothing else has an order");
            return null;
        }
        return isScalar(operand, field) ? new Comparison.Ordered(order, exact(operand)) : null;
    }

    private @Nullable Comparison exists(JsonNode operand, String field) {
        if (!operand.isBoolean()) {
            fault(field, "must be true or false");
            return null;
        }
        return new Comparison.Exists(operand.booleanValue());
    }

    private boolean isText(JsonNode operand, String field) {
        if (!operand.isTextual() || operand.textValue().isEmpty()) {
            fault(field, "must be a string that is not empty");
            return false;
        }
        return isScalar(operand, field);
    }

    private boolean isScalar(JsonNode operand, String field) {
        if (!operand.isValueNode() || (operand.isDouble() && !Double.isFinite(operand.doubleValue()))) {
            fault(field, "must be a string, a number, true, false or null");
            return false;
        }
        if (operand.isTextual() && operand.textValue().length() > MAX_TEXT) {
            fault(field, "is longer than " + MAX_TEXT + " characters");
            return false;
        }
        return true;
    }

    /** Made a decimal here, so that it isn't at each comparison. */
    private static JsonNode exact(JsonNode operand) {
        return operand.isFloatingPointNumber() ? DecimalNode.valueOf(operand.decimalValue()) : operand;
    }

    private void fault(String field, String detail) {
        faults.add(new FieldError(field, detail));
    }
}

package dev.fanfare.contract.filter;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a value of an event's JSON body is compared with. Numbers are compared by value, however they are written
 * ({@code 1 = 1.0 = 1e0}); texts by their UTF-16 code units, upper and lower case told apart. What is of different types
 * is neither equal nor in any order.
 */
sealed interface Comparison {
    /**
     * Whether it holds.
     *
     * @param value null where the body has nothing at the place: then nothing holds but {@code exists: false}
     */
    boolean holds(@Nullable JsonNode value);

    /** {@code eq}, {@code in}: the value is one of these scalars. */
    record OneOf(List<JsonNode> operands) implements Comparison {
        public OneOf {
            operands = List.copyOf(operands);
        }

        @Override
        public boolean holds(@Nullable JsonNode value) {
            if (value != null) {
                for (int i = 0; i < operands.size(); i++) {
                    if (isEqual(operands.get(i), value)) {
                        return true;
                    }
                }
            }
            return false;
        }
    }

    /** {@code ne}: there is a value, and it is another one. */
    record Other(JsonNode operand) implements Comparison {
        @Override
        public boolean holds(@Nullable JsonNode value) {
            return value != null && !isEqual(operand, value);
        }
    }

    /** {@code gt}, {@code gte}, {@code lt}, {@code lte}: a number to a number, a text to a text. */
    record Ordered(Order order, JsonNode operand) implements Comparison {
        @Override
        public boolean holds(@Nullable JsonNode value) {
            if (value == null) {
                return false;
            }
            if (operand.isNumber() && value.isNumber()) {
                return order.holds(compareNumbers(value, operand));
            }
            return operand.isTextual()
                    && value.isTextual()
                    && order.holds(value.textValue().compareTo(operand.textValue()));
        }
    }

    /** {@code exists}: whether the body has anything at the place, JSON's null included. */
    record Exists(boolean there) implements Comparison {
        @Override
        public boolean holds(@Nullable JsonNode value) {
            return (value != null) == there;
        }
    }

    /** {@code prefix}: the value is a text that begins so. */
    record Begins(String text) implements Comparison {
        @Override
        public boolean holds(@Nullable JsonNode value) {
            return value != null && value.isTextual() && value.textValue().startsWith(text);
        }
    }

    /** {@code suffix}: the value is a text that ends so. */
    record Ends(String text) implements Comparison {
        @Override
        public boolean holds(@Nullable JsonNode value) {
            return value != null && value.isTextual() && value.textValue().endsWith(text);
        }
    }

    /** How the value must stand to the operand. */
    enum Order {
        GT,
        GTE,
        LT,
        LTE;

        boolean holds(int comparison) {
            return switch (this) {
                case GT -> comparison > 0;
                case GTE -> comparison >= 0;
                case LT -> comparison < 0;
                case LTE -> comparison <= 0;
            };
        }
    }

    private static boolean isEqual(JsonNode a, JsonNode b) {
        return a.isNumber() && b.isNumber() ? compareNumbers(a, b) == 0 : a.equals(b);
    }

    private static int compareNumbers(JsonNode a, JsonNode b) {
        if (a.isIntegralNumber() && a.canConvertToLong() && b.isIntegralNumber() && b.canConvertToLong()) {
            return Long.compare(a.longValue(), b.longValue());
        }
        return a.decimalValue().compareTo(b.decimalValue());
    }
}

package dev.fanfare.contract.filter;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fanfare.contract.event.EventRules;
import dev.fanfare.contract.problem.Problem.FieldError;
import dev.fanfare.contract.problem.Suggestion;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Compiles the {@code filters} of a subscription (CloudEvents Subscriptions API 1.0-wip, section 3.2.4), and tells every
 * fault with the place where it stands:
 *
 * <pre>
 * [{"exact": {"subject": "eu"}},                      all of the list must hold
 *  {"any": [{"prefix": {"source": "/shop/"}},
 *           {"exakt": {"subject": ""}}]}]             filters[1].any[1].exakt: … Did you mean 'exact'?
 * </pre>
 *
 * <p>Limits, which also bound what an evaluation costs: {@value #MAX_PARTS} parts in all (a filter, an attribute of one, a
 * comparison is one part, an SQL expression is {@value #SQL_PARTS}), {@value #MAX_DEPTH} levels,
 * {@value EventRules#MAX_ATTRIBUTE_LENGTH} characters in a text, {@value SqlReader#MAX_LENGTH} in an SQL expression.
 * Confined to one reading.
 */
public final class FilterReader {
    /** The most parts. */
    public static final int MAX_PARTS = 100;
    /** How deep filters may be nested; those of the list itself are the first level. */
    public static final int MAX_DEPTH = 8;

    private static final int MAX_SHOWN = 64;

    private static final int SQL_PARTS = 10;

    private final Map<String, Dialect> dialects = Map.of(
            "exact", attributes(Filter.Exact::new),
            "prefix", attributes(Filter.Prefix::new),
            "suffix", attributes(Filter.Suffix::new),
            "all", list(Filter.All::new),
            "any", list(Filter.Any::new),
            "not", (node, field, depth) -> not(readFilter(node, field, depth + 1)),
            "data", this::readData,
            "sql", this::readSql);
    private final List<FieldError> faults;
    private final DataReader data;
    private int parts;

    /** Reads what stands under a dialect's name; null where it is faulty. */
    @FunctionalInterface
    private interface Dialect {
        @Nullable Filter read(JsonNode node, String field, int depth);
    }

    private FilterReader(List<FieldError> faults) {
        this.faults = faults;
        this.data = new DataReader(faults);
    }

    /**
     * Compiles filters. JSON's null, like an empty list, wants everything.
     *
     * @param field  how the list is called in faults
     * @param faults what is wrong is added here; where that is anything, the filter returned is not to be used
     */
    public static Filter read(@Nullable JsonNode filters, String field, List<FieldError> faults) {
        if (filters == null || filters.isNull()) {
            return Filter.EVERYTHING;
        }
        FilterReader reader = new FilterReader(faults);
        if (filters.isArray() && filters.isEmpty()) {
            return Filter.EVERYTHING;
        }
        List<Filter> read = reader.readList(filters, field, 1);
        if (reader.parts > MAX_PARTS) {
            reader.fault(
                    field,
                    "is too much: at most " + MAX_PARTS
                            + " parts, where each filter, attribute and comparison is one, and each"
                            + " SQL expression " + SQL_PARTS);
        }
        return allOf(read);
    }

    private void fault(String field, String detail) {
        faults.add(new FieldError(field, detail));
    }

    private List<Filter> readList(JsonNode node, String field, int depth) {
        if (!(node instanceof ArrayNode array) || array.isEmpty()) {
            fault(field, "must be a list of filters, such as [{\"exact\": {\"subject\": \"eu\"}}]");
            return List.of();
        }
        List<Filter> filters = new ArrayList<>();
        // what is beyond the limit is refused anyway: no need to tell all that is wrong with it
        for (int i = 0; i < array.size() && parts <= MAX_PARTS; i++) {
            Filter filter = readFilter(array.get(i), field + "[" + i + "]", depth);
            if (filter != null) {
                filters.add(filter);
            }
        }
        return filters;
    }

    private @Nullable Filter readFilter(JsonNode node, String field, int depth) {
        parts++;
        if (depth > MAX_DEPTH) {
            fault(field, "is nested too deeply: at most " + MAX_DEPTH + " levels");
            return null;
        }
        if (!(node instanceof ObjectNode object) || object.size() != 1) {
            fault(field, "must be an object of one member, whose name is the dialect: " + names());
            return null;
        }
        String name = object.fieldNames().next();
        Dialect dialect = dialects.get(name);
        if (dialect == null) {
            fault(
                    field + "." + cut(name),
                    "is not a filter dialect: use " + names() + Suggestion.among(dialects.keySet(), cut(name)));
            return null;
        }
        return dialect.read(object.get(name), field + "." + name, depth);
    }

    private static @Nullable Filter not(@Nullable Filter filter) {
        return filter == null ? null : new Filter.Not(filter);
    }

    private @Nullable Filter readData(JsonNode node, String field, int depth) {
        if (!(node instanceof ObjectNode object) || object.isEmpty()) {
            fault(
                    field,
                    "must be an object of JSON Pointers and comparisons, such as {\"/order/total\": {\"gt\": 100}}");
            return null;
        }
        List<Filter> filters = new ArrayList<>();
        object.properties().forEach(member -> {
            parts += Math.max(1, member.getValue().size());
            Filter filter = data.read(member.getKey(), member.getValue(), field + "." + cut(member.getKey()));
            if (filter != null) {
                filters.add(filter);
            }
        });
        return allOf(filters);
    }

    private @Nullable Filter readSql(JsonNode node, String field, int depth) {
        parts += SQL_PARTS - 1;
        if (!node.isTextual()) {
            fault(field, "must be a CloudEvents SQL expression, such as \"subject LIKE '%/eu'\"");
            return null;
        }
        try {
            return SqlReader.read(node.textValue());
        } catch (IllegalArgumentException e) {
            fault(field, Objects.requireNonNull(e.getMessage()));
            return null;
        }
    }

    private static Filter allOf(List<Filter> filters) {
        return filters.size() == 1 ? filters.get(0) : new Filter.All(filters);
    }

    private String names() {
        return String.join(", ", dialects.keySet().stream().sorted().toList());
    }

    private Dialect list(Function<List<Filter>, Filter> make) {
        return (node, field, depth) -> make.apply(readList(node, field, depth + 1));
    }

    private Dialect attributes(BiFunction<String, String, Filter> make) {
        return (node, field, depth) -> {
            if (!(node instanceof ObjectNode object) || object.isEmpty()) {
                fault(field, "must be an object of attributes and their texts, such as {\"subject\": \"eu\"}");
                return null;
            }
            List<Filter> filters = new ArrayList<>();
            object.properties().forEach(member -> {
                parts++;
                String name = member.getKey();
                String at = field + "." + cut(name);
                if (checkName(name, at) & checkText(member.getValue(), at)) {
                    // a few names are used by very many subscriptions: one copy of each in memory
                    filters.add(make.apply(name.intern(), member.getValue().textValue()));
                }
            });
            return allOf(filters);
        };
    }

    private boolean checkName(String name, String field) {
        if (name.equals("data")) {
            fault(field, "is no attribute: the body is filtered with the dialect 'data'");
            return false;
        }
        if (!EventRules.isAttributeName(name) || name.length() > EventRules.MAX_NAME_LENGTH) {
            fault(
                    field,
                    "is not an attribute's name: lower-case letters and digits, at most " + EventRules.MAX_NAME_LENGTH);
            return false;
        }
        return true;
    }

    private boolean checkText(JsonNode node, String field) {
        if (!node.isTextual() || node.textValue().isEmpty()) {
            fault(field, "must be a string that is not empty: attributes are compared as text");
            return false;
        }
        if (node.textValue().length() > EventRules.MAX_ATTRIBUTE_LENGTH) {
            fault(field, "is longer than " + EventRules.MAX_ATTRIBUTE_LENGTH + " characters, which no attribute is");
            return false;
        }
        return true;
    }

    static String cut(String name) {
        return name.length() <= MAX_SHOWN ? name : name.substring(0, MAX_SHOWN) + "…";
    }
}

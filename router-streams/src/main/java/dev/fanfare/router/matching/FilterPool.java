package dev.fanfare.router.matching;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fanfare.contract.filter.Filter;
import dev.fanfare.contract.filter.FilterReader;
import dev.fanfare.contract.problem.Problem.FieldError;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Map.Entry;
import org.jspecify.annotations.Nullable;

/**
 * Compiles filters; subscriptions that were given the same lately share one. A few filters are used by very many
 * subscriptions, and compiling one, SQL above all, costs more than all else of reading a subscription. Confined to the
 * subscriptions table's thread.
 */
public final class FilterPool {
    private static final int MOST = 1_000;

    /** By their source, the one used the longest ago first. */
    private final Map<JsonNode, Filter> compiled = new LinkedHashMap<>(MOST, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Entry<JsonNode, Filter> eldest) {
            return size() > MOST;
        }
    };

    /** Compiles a subscription's filters, as {@link FilterReader#read} does. */
    Filter compile(@Nullable JsonNode filters, List<FieldError> faults) {
        if (filters == null) {
            return Filter.EVERYTHING;
        }
        Filter known = compiled.get(filters);
        if (known != null) {
            return known;
        }
        Filter filter = FilterReader.read(filters, "filters", faults);
        if (faults.isEmpty()) {
            compiled.put(filters, filter);
        }
        return filter;
    }
}

package dev.fanfare.contract.filter;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/** True if the event's body is JSON, and all comparisons hold for what stands at a place in it (RFC 6901). */
record DataFilter(JsonPointer place, List<Comparison> comparisons) implements Filter {
    DataFilter {
        comparisons = List.copyOf(comparisons);
    }

    @Override
    public boolean matches(EventView event) {
        JsonNode data = event.data();
        if (data == null) {
            return false;
        }
        JsonNode found = data.at(place);
        JsonNode value = found.isMissingNode() ? null : found;
        for (int i = 0; i < comparisons.size(); i++) {
            if (!comparisons.get(i).holds(value)) {
                return false;
            }
        }
        return true;
    }
}

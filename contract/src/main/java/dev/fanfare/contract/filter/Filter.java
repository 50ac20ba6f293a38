package dev.fanfare.contract.filter;

import java.util.List;

/**
 * A compiled filter: says of an event whether it is wanted. {@link FilterReader} makes it from JSON. Immutable, and safe
 * from any thread; what one costs to evaluate is bounded by the limits given there.
 *
 * <p>There is true and false and nothing else: a filter that can't be decided on an event is false, and told to
 * whoever made the {@link EventView} (CloudEvents Subscriptions API 1.0-wip, section 3.2.4.1). So {@code not} around it is
 * true.
 */
public sealed interface Filter
        permits Filter.All, Filter.Any, Filter.Not, Filter.Exact, Filter.Prefix, Filter.Suffix, DataFilter, SqlFilter {
    /** Wants every event: no filters at all. */
    Filter EVERYTHING = new All(List.of());

    /** Whether an event is wanted. */
    boolean matches(EventView event);

    /** True if all are; true where there are none. */
    record All(List<Filter> filters) implements Filter {
        public All {
            filters = List.copyOf(filters);
        }

        @Override
        public boolean matches(EventView event) {
            // not a stream: this runs for each candidate of each event
            for (int i = 0; i < filters.size(); i++) {
                if (!filters.get(i).matches(event)) {
                    return false;
                }
            }
            return true;
        }
    }

    /** True if one is. */
    record Any(List<Filter> filters) implements Filter {
        public Any {
            filters = List.copyOf(filters);
        }

        @Override
        public boolean matches(EventView event) {
            for (int i = 0; i < filters.size(); i++) {
                if (filters.get(i).matches(event)) {
                    return true;
                }
            }
            return false;
        }
    }

    /** True if the other is false. */
    record Not(Filter filter) implements Filter {
        @Override
        public boolean matches(EventView event) {
            return !filter.matches(event);
        }
    }

    /** True if an attribute's value is this text; false where the event doesn't have the attribute. */
    record Exact(String attribute, String text) implements Filter {
        @Override
        public boolean matches(EventView event) {
            return text.equals(event.attribute(attribute));
        }
    }

    /** True if an attribute's value begins with this text. */
    record Prefix(String attribute, String text) implements Filter {
        @Override
        public boolean matches(EventView event) {
            String value = event.attribute(attribute);
            return value != null && value.startsWith(text);
        }
    }

    /** True if an attribute's value ends with this text. */
    record Suffix(String attribute, String text) implements Filter {
        @Override
        public boolean matches(EventView event) {
            String value = event.attribute(attribute);
            return value != null && value.endsWith(text);
        }
    }
}

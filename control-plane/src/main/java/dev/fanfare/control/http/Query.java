package dev.fanfare.control.http;

import dev.fanfare.contract.problem.Problem;
import dev.fanfare.contract.problem.Problem.FieldError;
import dev.fanfare.contract.problem.ProblemException;
import dev.fanfare.contract.problem.Suggestion;
import io.vertx.core.MultiMap;
import io.vertx.ext.web.RoutingContext;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The query parameters of a request. A misspelt filter would silently answer too much, so unknown ones are refused. All
 * faults are told by {@link #check}. Confined to one request.
 */
public final class Query {
    private final MultiMap parameters;
    private final List<FieldError> faults = new ArrayList<>();

    /** Reads a request's parameters, of which only the known ones may be there, each once. */
    public Query(RoutingContext context, Set<String> known) {
        this.parameters = context.queryParams();
        for (String name : parameters.names()) {
            if (!known.contains(name)) {
                fault(name, "is not a parameter here" + Suggestion.among(known, name));
            } else if (parameters.getAll(name).size() > 1) {
                fault(name, "is there more than once");
            }
        }
    }

    /** A parameter as it is; null where it is absent or empty. */
    public @Nullable String text(String name) {
        String text = parameters.get(name);
        return text == null || text.isEmpty() ? null : text;
    }

    /** {@code limit}: 1 to a maximum. */
    public int limit(int fallback, int most) {
        Integer limit = number("limit", 1, most);
        return limit == null ? fallback : limit;
    }

    /** A whole number within bounds; null where it is absent. */
    public @Nullable Integer number(String name, int least, int most) {
        String text = text(name);
        if (text == null) {
            return null;
        }
        try {
            int number = Integer.parseInt(text);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // told below, like a number out of range
        }
        fault(name, "must be a whole number from " + least + " to " + most);
        return null;
    }

    /** A moment as RFC 3339 writes it, in Unix milliseconds. */
    public @Nullable Long millis(String name) {
        String text = text(name);
        if (text == null) {
            return null;
        }
        try {
            return Instant.parse(text).toEpochMilli();
        } catch (DateTimeParseException | ArithmeticException e) {
            fault(name, "must be a moment in UTC, such as 2026-11-21T12:00:00Z");
            return null;
        }
    }

    /** Notes a fault of a parameter. */
    public void fault(String name, String detail) {
        faults.add(new FieldError(name, detail));
    }

    /** Ends the request with 400 where there was any fault. */
    public void check() {
        if (!faults.isEmpty()) {
            throw new ProblemException(Problem.invalid("invalid-query", "Invalid query", faults));
        }
    }
}

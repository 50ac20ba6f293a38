package dev.fanfare.contract.problem;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An error as RFC 9457 writes it ({@code application/problem+json}).
 *
 * @param type   which kind of problem, as a stable relative reference such as {@code /problems/invalid-event}
 * @param status the HTTP status
 * @param detail what went wrong and the way out
 * @param errors the fields at fault, where there are any
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Problem(
        String type, String title, int status, @Nullable String detail, List<FieldError> errors) {

    /** The media type of a problem document. */
    public static final String MEDIA_TYPE = "application/problem+json";

    /** How many fields at fault are named. */
    public static final int MAX_ERRORS = 100;

    /**
     * One field at fault.
     *
     * @param field  its name, with dots for nesting, such as {@code retry.schedule}
     * @param detail what is wrong with it and what would be right
     */
    public record FieldError(String field, String detail) {}

    public Problem {
        errors = List.copyOf(errors);
    }

    /** A problem without fields. */
    public static Problem of(int status, String kind, String title, String detail) {
        return new Problem("/problems/" + kind, title, status, detail, List.of());
    }

    /** A 400 that names the fields at fault, {@value #MAX_ERRORS} at the most: an answer stays small, whatever came. */
    public static Problem invalid(String kind, String title, List<FieldError> errors) {
        String detail = errors.isEmpty()
                ? title
                : errors.get(0).field() + ": " + errors.get(0).detail();
        return new Problem(
                "/problems/" + kind, title, 400, detail, errors.subList(0, Math.min(errors.size(), MAX_ERRORS)));
    }
}

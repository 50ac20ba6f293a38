package dev.fanfare.contract.event;

import dev.fanfare.contract.problem.Problem.FieldError;
import java.util.List;
import java.util.stream.Collectors;

/** An event that breaks a rule; it names each field at fault. Nothing of it was written anywhere. */
public final class InvalidEvent extends Exception {
    private final transient List<FieldError> errors;

    public InvalidEvent(List<FieldError> errors) {
        super(errors.stream().map(e -> e.field() + ": " + e.detail()).collect(Collectors.joining("; ")));
        this.errors = List.copyOf(errors);
    }

    public InvalidEvent(String field, String detail) {
        this(List.of(new FieldError(field, detail)));
    }

    public List<FieldError> errors() {
        return errors;
    }

    /** The same faults, as those of one event in a batch: their fields become JSON Pointers (RFC 6901). */
    InvalidEvent at(int index) {
        return new InvalidEvent(errors.stream()
                .map(error -> new FieldError(pointer(index, error.field()), error.detail()))
                .toList());
    }

    private static String pointer(int index, String field) {
        if (field.isEmpty() || field.startsWith("/")) {
            return "/" + index + field;
        }
        return "/" + index + "/" + field.replace("~", "~0").replace("/", "~1");
    }
}

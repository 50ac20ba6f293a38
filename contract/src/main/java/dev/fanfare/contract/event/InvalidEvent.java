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
}

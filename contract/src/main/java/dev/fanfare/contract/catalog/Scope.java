package dev.fanfare.contract.catalog;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a caller of the HTTP interfaces may do. */
public enum Scope {
    /** Send events. */
    @JsonProperty("events:write")
    EVENTS_WRITE("events:write"),
    /** Change what the management API shows; whoever may change it may read it. */
    @JsonProperty("manage")
    MANAGE("manage"),
    /** See what the management API shows. */
    @JsonProperty("read")
    READ("read");

    private final String text;

    Scope(String text) {
        this.text = text;
    }

    /** As it is written, such as {@code events:write}. */
    public String text() {
        return text;
    }

    /** Whether these scopes allow what this one names. */
    public boolean isAllowedBy(Set<Scope> scopes) {
        return scopes.contains(this) || (this == READ && scopes.contains(MANAGE));
    }

    /** The scope that a text names; null where there is none. */
    public static @Nullable Scope of(String text) {
        for (Scope scope : values()) {
            if (scope.text.equals(text)) {
                return scope;
            }
        }
        return null;
    }

    /** All of them, with commas between. */
    public static String names() {
        return Stream.of(values()).map(Scope::text).collect(Collectors.joining(", "));
    }
}

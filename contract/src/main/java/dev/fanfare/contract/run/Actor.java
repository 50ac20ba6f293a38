package dev.fanfare.contract.run;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Who did something, as far as it is known.
 *
 * @param principal whom Kafka, or our API, takes them for, such as {@code User:ops}; null where that can't be known
 * @param user      the user of the operating system, as the machine says; null where it was no command
 * @param host      the machine; null where it isn't known
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Actor(
        @Nullable String principal,
        @Nullable String user,
        @Nullable String host) {

    /** In a line: {@code user@host as User:ops}; who was no command's user: {@code key shop from 10.0.0.7}. */
    public String text() {
        if (user == null) {
            return Objects.requireNonNullElse(principal, "unknown") + (host == null ? "" : " from " + host);
        }
        String who = user + (host == null ? "" : "@" + host);
        return principal == null ? who : who + " as " + principal;
    }
}

package dev.fanfare.control.console;

import dev.fanfare.contract.catalog.Scope;
import dev.fanfare.runtime.http.Caller;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Who looks at the console.
 *
 * @param isGuest came by a link rather than with a key
 */
record Visitor(Caller caller, boolean isGuest) {
    /** Why they may not do this, in words that say what would help; null where they may. */
    @Nullable String whyNot(Section section, Scope scope, @Nullable String tenant) {
        String own = caller.tenant();
        if (tenant != null && own != null && !own.equals(tenant)) {
            return "You came in with " + caller.name() + ", which is for tenant '" + own + "' alone.";
        }
        if (!section.isFor(this)) {
            return section == Section.TENANTS
                    ? "This is for administrators. You came in with " + caller.name() + ", which is for tenant '" + own
                            + "' alone."
                    : "This is not for visitors who came by a link: log in with an API key.";
        }
        if (!caller.may(scope)) {
            return "This needs the scope '" + scope.text() + "'. You came in with " + caller.name() + ", which has "
                    + scopes() + ". Somebody who has '" + scope.text() + "' can make you a key that has it.";
        }
        return null;
    }

    boolean mayManage() {
        return caller.may(Scope.MANAGE);
    }

    /** In words. */
    String scopes() {
        return caller.scopes().isEmpty()
                ? "none"
                : caller.scopes().stream()
                        .sorted()
                        .map(scope -> "'" + scope.text() + "'")
                        .collect(Collectors.joining(", "));
    }
}

package dev.fanfare.control.console;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What stands around every page of a tenant.
 *
 * @param section   the page's entry in the menu
 * @param formToken what every form of it must send along
 * @param notice    what came of the last action; null where there is nothing to tell
 */
public record Frame(
        String tenant,
        List<String> tenants,
        String section,
        String formToken,
        @Nullable Notice notice) {
    /**
     * What came of an action.
     *
     * @param tone   good or bad
     * @param secret shown this once; null where there is none
     */
    public record Notice(String tone, String text, @Nullable String secret) {
        /** Hides what it holds. */
        @Override
        public String toString() {
            return "Notice[" + tone + "]";
        }
    }
}

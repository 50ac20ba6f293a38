package dev.fanfare.control.console;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What stands around every page.
 *
 * @param root       what stands before all paths where the browser sees them; empty where nothing does
 * @param tenant     whose page it is; empty where it is nobody's
 * @param tenants    that the visitor may look at
 * @param menu       the parts of the tenant's that the visitor may look at
 * @param section    that the page belongs to
 * @param tenantsToo whether the visitor may see to tenants
 * @param mayManage  whether the visitor may change anything
 * @param who        came in how
 * @param formToken  what every form of it must send along
 * @param notice     what came of the last action; null where there is nothing to tell
 */
public record Frame(
        String root,
        String tenant,
        List<String> tenants,
        List<Section> menu,
        Section section,
        boolean tenantsToo,
        boolean mayManage,
        String who,
        String formToken,
        @Nullable Notice notice) {
    /** Where the pages of its tenant are. */
    public String base() {
        return root + Screen.pathOf(tenant);
    }

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

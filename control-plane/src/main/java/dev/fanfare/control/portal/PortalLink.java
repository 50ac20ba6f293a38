package dev.fanfare.control.portal;

import dev.fanfare.contract.catalog.Scope;
import dev.fanfare.runtime.http.Caller;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a link lets its holder do.
 *
 * @param id                for the audit; no secret
 * @param tenant            the only one
 * @param tenantSinceMillis which of that name: it doesn't open a later one's pages
 * @param scope             {@code read} or {@code manage}
 * @param expiresAtMillis   when it and every session that was opened with it end
 * @param key               the id of the API key by which it was made: it ends with that; null where it was none
 */
public record PortalLink(
        String id,
        String tenant,
        long tenantSinceMillis,
        Scope scope,
        long expiresAtMillis,
        @Nullable String key) {
    /** Who came by it. */
    public Caller caller() {
        return new Caller("portal link " + id, tenant, Set.of(scope), null);
    }
}

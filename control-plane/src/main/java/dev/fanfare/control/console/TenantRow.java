package dev.fanfare.control.console;

import dev.fanfare.contract.catalog.AccessKey;
import dev.fanfare.contract.catalog.Tenant;
import dev.fanfare.contract.catalog.Tenant.EventTypes;
import dev.fanfare.runtime.catalog.Catalog;
import java.util.Locale;
import java.util.Objects;

/**
 * One tenant in a list.
 *
 * @param strict     whether only events of types in the catalog are taken
 * @param rate       of its events, in words
 * @param keys       that are not revoked
 * @param configured whether it is in the settings, and can't be deleted
 */
public record TenantRow(
        String id,
        String description,
        boolean strict,
        String rate,
        int subscriptions,
        int eventTypes,
        long keys,
        boolean configured) {

    static TenantRow of(String id, Catalog catalog, int subscriptions) {
        Tenant tenant = catalog.tenant(id);
        return new TenantRow(
                id,
                tenant == null ? "" : Objects.requireNonNullElse(tenant.description(), ""),
                isStrict(catalog, id),
                tenant == null || tenant.rateLimit() == null
                        ? "as configured"
                        : String.format(
                                Locale.ROOT, "%,.0f/s", tenant.rateLimit().perSecond()),
                subscriptions,
                catalog.eventTypes(id).size(),
                catalog.keys(id).values().stream()
                        .filter(key -> key.state() == AccessKey.State.ACTIVE)
                        .count(),
                catalog.configuredTenants().contains(id));
    }

    static boolean isStrict(Catalog catalog, String id) {
        Tenant tenant = catalog.tenant(id);
        return tenant != null && tenant.eventTypes() == EventTypes.STRICT;
    }
}

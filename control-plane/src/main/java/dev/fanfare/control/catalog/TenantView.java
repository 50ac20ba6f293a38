package dev.fanfare.control.catalog;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.fanfare.contract.catalog.Quota;
import dev.fanfare.contract.catalog.Tenant;
import dev.fanfare.contract.catalog.Tenant.EventTypes;
import dev.fanfare.contract.subscription.Subscription.RateLimit;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A tenant as it is answered.
 *
 * @param configured whether it is in the settings ({@code access.tenants}) and so can't be deleted
 * @param createdAt  RFC 3339, UTC; null for one that is only in the settings
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record TenantView(
        String id,
        @Nullable String description,
        EventTypes eventTypes,
        @Nullable RateLimit rateLimit,
        @Nullable Quota quota,
        boolean configured,
        @Nullable String createdAt,
        @Nullable String updatedAt) {

    static TenantView of(Tenant tenant, boolean configured) {
        return new TenantView(
                tenant.id(),
                tenant.description(),
                tenant.eventTypes(),
                tenant.rateLimit(),
                tenant.quota(),
                configured,
                Instant.ofEpochMilli(tenant.createdAtMillis()).toString(),
                Instant.ofEpochMilli(tenant.updatedAtMillis()).toString());
    }

    /** Of the settings, and with nothing else to it. */
    static TenantView configured(String id) {
        return new TenantView(id, null, EventTypes.OPEN, null, null, true, null, null);
    }
}

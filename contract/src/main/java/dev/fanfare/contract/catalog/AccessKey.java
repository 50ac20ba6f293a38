package dev.fanfare.contract.catalog;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.fanfare.contract.subscription.Subscription.RateLimit;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An API key as it stands on {@code fanfare.catalog}: what its holder may do, and hashes of its secrets.
 *
 * <p>While it is rotated it has several secrets: one record holds them all, so that a rotation is one write and a
 * process that dies can't leave it half done.
 *
 * @param id              minted; stands in the key itself
 * @param tenant          whose; null: an administrator's, for all tenants
 * @param name            for people
 * @param secrets         the newest first
 * @param rateLimit       events a second at each ingest instance; null: only the tenant's limit
 * @param quota           events of a day and of a month with it; null: only the tenant's
 * @param expiresAtMillis from when it is refused; null: never
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record AccessKey(
        String id,
        @Nullable String tenant,
        String name,
        Set<Scope> scopes,
        List<HashedSecret> secrets,
        State state,
        @Nullable RateLimit rateLimit,
        @Nullable Quota quota,
        @Nullable Long expiresAtMillis,
        long createdAtMillis,
        long updatedAtMillis)
        implements CatalogEntry {
    /** The middle part of its record key. */
    public static final String KIND = "key";

    /** Stands where a tenant would, of what belongs to all of them: no tenant has this name. */
    public static final String NO_TENANT = "*";

    /** Whether it is let in. */
    public enum State {
        @JsonProperty("active")
        ACTIVE,
        /** For good. */
        @JsonProperty("revoked")
        REVOKED
    }

    /**
     * One secret.
     *
     * @param hash         {@link KeyToken#hash}
     * @param endsAtMillis from when it is refused, because another took its place; null for the newest
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record HashedSecret(
            String hash, long createdAtMillis, @Nullable Long endsAtMillis) {
        /** Whether it is accepted at a moment. */
        public boolean holdsAt(long nowMillis) {
            return endsAtMillis == null || nowMillis < endsAtMillis;
        }
    }

    public AccessKey {
        scopes = Set.copyOf(scopes);
        secrets = List.copyOf(secrets);
    }

    /** Where a key stands. */
    public static String key(@Nullable String tenant, String id) {
        return (tenant == null ? NO_TENANT : tenant) + "/" + KIND + "/" + id;
    }

    @Override
    public String key() {
        return key(tenant, id);
    }

    /** Whether one of its secrets that hold now has this hash. Each is compared in constant time. */
    public boolean matches(String hash, long nowMillis) {
        byte[] given = hash.getBytes(StandardCharsets.US_ASCII);
        boolean matches = false;
        for (HashedSecret secret : secrets) {
            matches |= MessageDigest.isEqual(given, secret.hash().getBytes(StandardCharsets.US_ASCII))
                    && secret.holdsAt(nowMillis);
        }
        return matches;
    }

    /** Whether its time has come. */
    public boolean hasExpired(long nowMillis) {
        return expiresAtMillis != null && nowMillis >= expiresAtMillis;
    }

    /** With another secret; those before it end at a moment, or at their own if that is sooner. Ended ones are left out. */
    public AccessKey rotated(String hash, long othersEndAtMillis, long nowMillis) {
        List<HashedSecret> all = new ArrayList<>();
        all.add(new HashedSecret(hash, nowMillis, null));
        for (HashedSecret secret : secrets) {
            Long ends = secret.endsAtMillis();
            HashedSecret ending = new HashedSecret(
                    secret.hash(),
                    secret.createdAtMillis(),
                    ends == null ? othersEndAtMillis : Math.min(ends, othersEndAtMillis));
            if (ending.holdsAt(nowMillis)) {
                all.add(ending);
            }
        }
        return new AccessKey(
                id, tenant, name, scopes, all, state, rateLimit, quota, expiresAtMillis, createdAtMillis, nowMillis);
    }

    /** Refused from now on. */
    public AccessKey revoked(long nowMillis) {
        return new AccessKey(
                id,
                tenant,
                name,
                scopes,
                secrets,
                State.REVOKED,
                rateLimit,
                quota,
                expiresAtMillis,
                createdAtMillis,
                nowMillis);
    }
}

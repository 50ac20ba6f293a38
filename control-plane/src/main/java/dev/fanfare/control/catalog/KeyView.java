package dev.fanfare.control.catalog;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.fanfare.contract.catalog.AccessKey;
import dev.fanfare.contract.catalog.AccessKey.HashedSecret;
import dev.fanfare.contract.catalog.KeyToken;
import dev.fanfare.contract.catalog.Quota;
import dev.fanfare.contract.catalog.Scope;
import dev.fanfare.contract.subscription.Subscription.RateLimit;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An API key as it is answered; times are RFC 3339, UTC.
 *
 * @param tenant    null: an administrator's
 * @param prefix    how the key begins: what may be shown of it
 * @param state     {@code active}, {@code expired} or {@code revoked}
 * @param secrets   those that are accepted, the newest first: several while it is rotated
 * @param key       the key itself, only in the answer that made it
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record KeyView(
        String id,
        @Nullable String tenant,
        String name,
        String prefix,
        List<Scope> scopes,
        String state,
        @Nullable RateLimit rateLimit,
        @Nullable Quota quota,
        @Nullable String expiresAt,
        List<SecretView> secrets,
        String createdAt,
        String updatedAt,
        @Nullable String key) {

    /** One secret, without itself. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record SecretView(String createdAt, @Nullable String endsAt) {
        static SecretView of(HashedSecret secret) {
            return new SecretView(time(secret.createdAtMillis()), timeOrNull(secret.endsAtMillis()));
        }
    }

    static KeyView of(AccessKey key, @Nullable KeyToken token, long nowMillis) {
        String state =
                switch (key.state()) {
                    case ACTIVE -> key.hasExpired(nowMillis) ? "expired" : "active";
                    case REVOKED -> "revoked";
                };
        return new KeyView(
                key.id(),
                key.tenant(),
                key.name(),
                KeyToken.visible(key.id()),
                key.scopes().stream().sorted().toList(),
                state,
                key.rateLimit(),
                key.quota(),
                timeOrNull(key.expiresAtMillis()),
                key.secrets().stream()
                        .filter(secret -> secret.holdsAt(nowMillis))
                        .map(SecretView::of)
                        .toList(),
                time(key.createdAtMillis()),
                time(key.updatedAtMillis()),
                token == null ? null : token.reveal());
    }

    @Override
    public String toString() {
        return "KeyView[" + prefix + "]";
    }

    private static @Nullable String timeOrNull(@Nullable Long millis) {
        return millis == null ? null : time(millis);
    }

    private static String time(long millis) {
        return Instant.ofEpochMilli(millis).toString();
    }
}

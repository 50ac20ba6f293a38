package dev.fanfare.control.console;

import dev.fanfare.contract.catalog.AccessKey;
import dev.fanfare.contract.catalog.KeyToken;
import dev.fanfare.contract.catalog.Scope;
import java.time.Instant;
import java.util.Comparator;
import java.util.stream.Collectors;

/**
 * One API key in a list.
 *
 * @param prefix  how it begins
 * @param state   in words
 * @param tone    of its state
 * @param secrets how many are taken; several while it is rotated
 * @param expires a day, or never
 */
public record KeyRow(
        String id,
        String name,
        String prefix,
        String scopes,
        String state,
        String tone,
        int secrets,
        String created,
        String expires) {
    static final Comparator<KeyRow> USABLE_FIRST =
            Comparator.comparing(KeyRow::isUsable).reversed().thenComparing(KeyRow::name);

    static KeyRow of(AccessKey key, long nowMillis) {
        boolean revoked = key.state() == AccessKey.State.REVOKED;
        boolean expired = key.hasExpired(nowMillis);
        Long ends = key.expiresAtMillis();
        return new KeyRow(
                key.id(),
                key.name(),
                KeyToken.visible(key.id()),
                key.scopes().stream().sorted().map(Scope::text).collect(Collectors.joining(", ")),
                revoked ? "revoked" : expired ? "expired" : "active",
                revoked || expired ? "quiet" : "good",
                (int) key.secrets().stream()
                        .filter(secret -> secret.holdsAt(nowMillis))
                        .count(),
                day(key.createdAtMillis()),
                ends == null ? "never" : day(ends));
    }

    /** Whether it is taken. */
    public boolean isUsable() {
        return state.equals("active");
    }

    private static String day(long millis) {
        return Display.day(Instant.ofEpochMilli(millis));
    }
}

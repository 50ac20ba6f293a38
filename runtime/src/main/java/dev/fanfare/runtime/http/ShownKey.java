package dev.fanfare.runtime.http;

import dev.fanfare.contract.catalog.KeyToken;
import org.jspecify.annotations.Nullable;

/**
 * A key that somebody showed, without the key: enough to look it up again, and no secret.
 *
 * @param id   null: it has not the form of an API key
 * @param hash {@link KeyToken#hash}
 */
public record ShownKey(@Nullable String id, String hash) {
    /** Of what was sent. */
    public static ShownKey of(String text) {
        return new ShownKey(KeyToken.idIn(text), KeyToken.hash(text));
    }

    @Override
    public String toString() {
        return "ShownKey[" + id + "]";
    }
}

package dev.fanfare.runtime.secret;

import com.google.crypto.tink.KeysetHandle;
import com.google.crypto.tink.aead.AeadKey;
import dev.fanfare.contract.subscription.Subscription.SealedSecret;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/**
 * Tells which key of a keyset sealed a secret, by the key's id that Tink writes in front. Keys stand in the order in which
 * they were added, so what an instance with an earlier state of the keyset sealed is told from what one with a later state
 * did. Holds no key. Safe from any thread.
 */
public final class SealingKeys {
    /** Enough of the Base64 for the five bytes that Tink writes in front. */
    private static final int HEAD = 8;

    /** What sealed a secret. */
    public enum Sealer {
        PRIMARY,
        /** A key before the primary one: it is to be sealed anew. */
        OLDER,
        /** A key after the primary one: an instance with a later keyset did, and has the last word. */
        NEWER,
        /** None of the keyset. */
        UNKNOWN
    }

    private final List<byte[]> prefixes = new ArrayList<>();
    private final int primary;
    private final String primaryId;

    SealingKeys(KeysetHandle keyset) {
        int found = -1;
        for (int i = 0; i < keyset.size(); i++) {
            KeysetHandle.Entry entry = keyset.getAt(i);
            prefixes.add(
                    entry.getKey() instanceof AeadKey key
                            ? key.getOutputPrefix().toByteArray()
                            : new byte[0]);
            if (entry.isPrimary()) {
                found = i;
            }
        }
        primary = found;
        primaryId = KeysetKeys.id(keyset.getAt(found));
    }

    /** Whether there are keys before the primary one. */
    public boolean hasOlder() {
        return primary > 0;
    }

    /** The id of the key that seals. */
    public String primaryId() {
        return primaryId;
    }

    /** What sealed a secret; whether it opens isn't tried. */
    public Sealer of(SealedSecret secret) {
        int place = place(secret);
        if (place < 0) {
            return Sealer.UNKNOWN;
        }
        return place == primary ? Sealer.PRIMARY : place < primary ? Sealer.OLDER : Sealer.NEWER;
    }

    private int place(SealedSecret secret) {
        byte[] head = head(secret.sealed());
        for (int i = 0; i < prefixes.size(); i++) {
            byte[] prefix = prefixes.get(i);
            if (prefix.length > 0
                    && head.length >= prefix.length
                    && Arrays.equals(prefix, 0, prefix.length, head, 0, prefix.length)) {
                return i;
            }
        }
        // Keys of other tools may write nothing in front. Two such keys can't be told apart without trying.
        if (prefixes.get(primary).length == 0) {
            return primary;
        }
        for (int i = 0; i < prefixes.size(); i++) {
            if (prefixes.get(i).length == 0) {
                return i;
            }
        }
        return -1;
    }

    private static byte[] head(String sealed) {
        try {
            return Base64.getDecoder().decode(sealed.substring(0, Math.min(HEAD, sealed.length())));
        } catch (IllegalArgumentException e) {
            return new byte[0];
        }
    }
}

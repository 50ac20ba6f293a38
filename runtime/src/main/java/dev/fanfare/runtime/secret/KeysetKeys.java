package dev.fanfare.runtime.secret;

import com.google.crypto.tink.KeyStatus;
import com.google.crypto.tink.KeysetHandle;
import com.google.crypto.tink.aead.PredefinedAeadParameters;
import dev.fanfare.runtime.config.InvalidSettings;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The keys of a keyset in a file, and how they change. All of them open, the primary one seals. So that no process meets
 * what it can't open, a key goes through each state everywhere before the next one begins anywhere:
 *
 * <pre>
 * add ─▶ it opens ─▶ promote ─▶ it seals, and control planes seal anew what older keys sealed ─▶ remove the older keys
 * </pre>
 *
 * A file is read, and written as another or in its own place; where the settings name a key at a KMS, decrypted and
 * encrypted with it.
 */
public final class KeysetKeys {
    private KeysetKeys() {}

    /**
     * What may be known of a key.
     *
     * @param id      as Tink's own tools write it
     * @param kind    of key
     * @param enabled whether it opens anything
     */
    public record Key(String id, String kind, boolean primary, boolean enabled) {}

    /**
     * All of them, in the order in which they were added.
     *
     * @throws KmsAway         where the KMS doesn't answer
     * @throws InvalidSettings where the file can't be read as the settings say, or the KMS refuses
     */
    public static List<Key> list(Path file, SecretSettings settings) throws KmsAway {
        KeysetHandle keyset = KeysetFile.read(file, settings);
        List<Key> keys = new ArrayList<>();
        for (int i = 0; i < keyset.size(); i++) {
            KeysetHandle.Entry entry = keyset.getAt(i);
            keys.add(new Key(
                    id(entry),
                    entry.getKey().getClass().getSimpleName().replaceFirst("Key$", ""),
                    entry.isPrimary(),
                    entry.getStatus() == KeyStatus.ENABLED));
        }
        return keys;
    }

    /**
     * Adds a fresh key, which opens and doesn't seal yet.
     *
     * @return its id
     * @throws FileAlreadyExistsException where the other file is there
     * @throws KmsAway                    where the KMS doesn't answer: nothing was written
     * @throws InvalidSettings            as {@link #list}
     */
    public static String add(Path from, Path to, SecretSettings settings) throws IOException, KmsAway {
        KeysetHandle.Builder changed = KeysetHandle.newBuilder(KeysetFile.read(from, settings))
                .addEntry(KeysetHandle.generateEntryFromParameters(PredefinedAeadParameters.AES256_GCM)
                        .withRandomId());
        KeysetHandle keyset = build(changed);
        KeysetFile.write(keyset, from, to, settings);
        return id(keyset.getAt(keyset.size() - 1));
    }

    /**
     * Makes a key the primary one; as {@link #add}.
     *
     * @param wanted its id; null: the one that was added last
     * @throws IllegalArgumentException where there is no such key, it is primary already, or it is older than the one that
     *     is: instances that have the one keyset would seal anew what those with the other one have
     */
    public static String promote(Path from, Path to, @Nullable String wanted, SecretSettings settings)
            throws IOException, KmsAway {
        KeysetHandle before = KeysetFile.read(from, settings);
        int place = wanted == null ? before.size() - 1 : place(before, from, wanted);
        String id = id(before.getAt(place));
        int primary = primary(before);
        if (place == primary) {
            throw new IllegalArgumentException("key " + id + " of " + from + " is the primary one already"
                    + (wanted == null ? ": add one with 'fanfare keyset add-key'" : ""));
        }
        if (place < primary) {
            throw new IllegalArgumentException("key " + id + " of " + from + " is older than the primary one, "
                    + id(before.getAt(primary)) + ": add another key and promote that one");
        }
        if (before.getAt(place).getStatus() != KeyStatus.ENABLED) {
            throw new IllegalArgumentException("key " + id + " of " + from + " is disabled: promote another one");
        }
        KeysetHandle.Builder changed = KeysetHandle.newBuilder(before);
        changed.getAt(place).makePrimary();
        KeysetFile.write(build(changed), from, to, settings);
        return id;
    }

    /**
     * Leaves a key out: what it sealed is lost to whoever has the new file alone. As {@link #add}.
     *
     * @throws IllegalArgumentException where there is no such key, or it is the primary one
     */
    public static void remove(Path from, Path to, String id, SecretSettings settings) throws IOException, KmsAway {
        KeysetHandle before = KeysetFile.read(from, settings);
        int place = place(before, from, id);
        if (before.getAt(place).isPrimary()) {
            throw new IllegalArgumentException("key " + id + " of " + from + " is the primary one, which seals: promote"
                    + " another one first with 'fanfare keyset promote'");
        }
        KeysetFile.write(build(KeysetHandle.newBuilder(before).deleteAt(place)), from, to, settings);
    }

    /** As Tink's own tools write it. */
    static String id(KeysetHandle.Entry entry) {
        return Integer.toUnsignedString(entry.getId());
    }

    private static int primary(KeysetHandle keyset) {
        for (int i = 0; i < keyset.size(); i++) {
            if (keyset.getAt(i).isPrimary()) {
                return i;
            }
        }
        throw new IllegalStateException("Tink reads none without");
    }

    private static int place(KeysetHandle keyset, Path file, String id) {
        List<String> known = new ArrayList<>();
        for (int i = 0; i < keyset.size(); i++) {
            known.add(id(keyset.getAt(i)));
        }
        int place = known.indexOf(id);
        if (place < 0) {
            throw new IllegalArgumentException(
                    "there is no key '" + id + "' in " + file + ", only " + String.join(", ", known));
        }
        return place;
    }

    private static KeysetHandle build(KeysetHandle.Builder builder) {
        try {
            return builder.build();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("changing a keyset failed", e);
        }
    }
}

package dev.fanfare.contract.catalog;

import dev.fanfare.contract.PartsHash;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * An API key as its holder has it: {@code ffk_}, the key's id, {@code _}, and a secret of {@value #SECRET_LENGTH}
 * characters of 5 random bits each. The part before the secret is shown in lists and logs; with the fixed beginning,
 * scanners find keys that were published by mistake. It has no character that ends a word: a double click takes it whole.
 */
public final class KeyToken {
    /** How every key begins. */
    public static final String PREFIX = "ffk_";

    private static final String ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789";
    private static final int ID_LENGTH = 16;
    private static final int SECRET_LENGTH = 52;
    private static final int ID_END = PREFIX.length() + ID_LENGTH;

    private final String text;

    private KeyToken(String text) {
        this.text = text;
    }

    /** Mints the id of a new key. */
    public static String mintId(RandomGenerator random) {
        return random(ID_LENGTH, random);
    }

    /**
     * Mints a secret for a key.
     *
     * @param random a secure generator
     */
    public static KeyToken mint(String id, RandomGenerator random) {
        return new KeyToken(PREFIX + id + "_" + random(SECRET_LENGTH, random));
    }

    /** The id in a key that somebody sends; null where it can't be one of ours. */
    public static @Nullable String idIn(String text) {
        return text.length() == ID_END + 1 + SECRET_LENGTH && text.startsWith(PREFIX) && text.charAt(ID_END) == '_'
                ? text.substring(PREFIX.length(), ID_END)
                : null;
    }

    /** What may be shown of the key with this id. */
    public static String visible(String id) {
        return PREFIX + id;
    }

    /**
     * What is kept of a key, in hexadecimal: the SHA-256 of all of it. A slow hash would add nothing: it is for secrets
     * that can be guessed, and nobody tries 2<sup>260</sup> of them.
     */
    public static String hash(String text) {
        return HexFormat.of().formatHex(PartsHash.sha256().digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** The whole key, for its holder alone. */
    public String reveal() {
        return text;
    }

    @Override
    public String toString() {
        return text.substring(0, ID_END) + "_…";
    }

    private static String random(int length, RandomGenerator random) {
        StringBuilder text = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            text.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        return text.toString();
    }
}

package dev.fanfare.runtime.secret;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.google.crypto.tink.InsecureSecretKeyAccess;
import com.google.crypto.tink.KeysetHandle;
import com.google.crypto.tink.TinkJsonProtoKeysetFormat;
import com.google.crypto.tink.aead.AeadConfig;
import dev.fanfare.contract.Json;
import dev.fanfare.runtime.config.InvalidSettings;
import dev.fanfare.runtime.config.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Optional;

/** A keyset as it lies in a file or stands in the environment: Tink's JSON, in clear or encrypted. */
final class KeysetText {
    private final String where;
    private final String json;
    private final boolean encrypted;

    private KeysetText(String where, String json) {
        this.where = where;
        this.json = json;
        this.encrypted = isEncrypted(json);
    }

    /** The one that the settings name. */
    static KeysetText of(SecretSettings settings) {
        Optional<Path> file = settings.keysetFile();
        Optional<Secret> inPlace = settings.keyset();
        if (file.isPresent() && inPlace.isPresent()) {
            throw new InvalidSettings(
                    List.of("secrets.keyset: is of no use with secrets.keyset-file: leave one of them out"));
        }
        if (inPlace.isPresent()) {
            return new KeysetText("secrets.keyset: what it holds", inPlace.get().reveal());
        }
        return of(file.orElseThrow(() -> new InvalidSettings(List.of("secrets.keyset-file: is required: signing secrets"
                + " are sealed with it; make one with 'fanfare keyset create FILE'"))));
    }

    /** One in a file. */
    static KeysetText of(Path file) {
        String where = "secrets.keyset-file: " + file;
        try {
            return new KeysetText(where, Files.readString(file));
        } catch (NoSuchFileException e) {
            throw new InvalidSettings(List.of(where + " does not exist"));
        } catch (IOException e) {
            throw notAKeyset(where);
        }
    }

    static InvalidSettings notAKeyset(String where) {
        return new InvalidSettings(List.of(where + " is not a readable Tink keyset"));
    }

    /** Setting and file, as errors begin. */
    String where() {
        return where;
    }

    boolean isEncrypted() {
        return encrypted;
    }

    /** Throws where it is encrypted and shouldn't be, or the other way round. */
    void requireEncrypted(boolean wanted) {
        if (encrypted && !wanted) {
            throw new InvalidSettings(
                    List.of(where + " is encrypted: name the key that it was encrypted with, as secrets.kms-key-uri"));
        }
        if (!encrypted && wanted) {
            // whoever names a KMS relies on it that the keyset alone opens nothing
            inClear();
            throw new InvalidSettings(
                    List.of(where + " is not encrypted, and secrets.kms-key-uri says that it should be:"
                            + " encrypt it with 'fanfare keyset encrypt FILE NEW-FILE', or leave that setting out"));
        }
    }

    /** One that is in clear. */
    KeysetHandle inClear() {
        try {
            AeadConfig.register();
            return TinkJsonProtoKeysetFormat.parseKeyset(json, InsecureSecretKeyAccess.get());
        } catch (GeneralSecurityException e) {
            throw notAKeyset(where);
        }
    }

    /**
     * One that is encrypted.
     *
     * @throws KmsAway         where the KMS can't answer now
     * @throws InvalidSettings where it can, and refuses
     */
    KeysetHandle openedBy(KmsKey key) throws KmsAway {
        try {
            AeadConfig.register();
            return key.decrypt(json);
        } catch (GeneralSecurityException e) {
            throw new InvalidSettings(List.of("secrets.kms-key-uri: " + key.uri() + " doesn't open the keyset: "
                    + e.getMessage() + "; name the key that it was encrypted with, and give credentials"
                    + " (secrets.kms-token or secrets.kms-credentials-file) that may decrypt with it"));
        }
    }

    private static boolean isEncrypted(String json) {
        try {
            JsonNode read = Json.TOPIC.readTree(json);
            return read != null && read.has("encryptedKeyset");
        } catch (JsonProcessingException e) {
            return false;
        }
    }
}

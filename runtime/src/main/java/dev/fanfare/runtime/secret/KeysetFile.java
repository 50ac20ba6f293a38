package dev.fanfare.runtime.secret;

import com.google.crypto.tink.Aead;
import com.google.crypto.tink.InsecureSecretKeyAccess;
import com.google.crypto.tink.KeysetHandle;
import com.google.crypto.tink.RegistryConfiguration;
import com.google.crypto.tink.TinkJsonProtoKeysetFormat;
import com.google.crypto.tink.aead.AeadConfig;
import com.google.crypto.tink.aead.PredefinedAeadParameters;
import dev.fanfare.contract.signing.SecretSeal;
import dev.fanfare.runtime.config.InvalidSettings;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.util.List;

/** A Tink AEAD keyset in a file (AES-256-GCM when made here). */
public final class KeysetFile {
    private KeysetFile() {}

    /** Opens the keyset that the settings name; without one there is nothing to seal with. */
    public static SecretSeal open(SecretSettings settings) {
        Path file = settings.keysetFile()
                .orElseThrow(() -> new InvalidSettings(List.of(
                        "secrets.keyset-file: is required: signing secrets are sealed with it; make one with 'fanfare"
                                + " keyset create FILE'")));
        return open(file);
    }

    /** Opens a keyset file. */
    public static SecretSeal open(Path file) {
        try {
            AeadConfig.register();
            KeysetHandle keyset =
                    TinkJsonProtoKeysetFormat.parseKeyset(Files.readString(file), InsecureSecretKeyAccess.get());
            return new SecretSeal(keyset.getPrimitive(RegistryConfiguration.get(), Aead.class));
        } catch (NoSuchFileException e) {
            throw new InvalidSettings(List.of("secrets.keyset-file: " + file + " does not exist"));
        } catch (IOException | GeneralSecurityException e) {
            throw new InvalidSettings(List.of("secrets.keyset-file: " + file + " is not a readable Tink keyset"));
        }
    }

    /**
     * Makes a keyset with a fresh key, readable by its owner alone.
     *
     * @throws FileAlreadyExistsException where the file is there: a keyset that is in use must not be lost
     */
    public static void create(Path file) throws IOException {
        String json;
        try {
            AeadConfig.register();
            json = TinkJsonProtoKeysetFormat.serializeKeyset(
                    KeysetHandle.generateNew(PredefinedAeadParameters.AES256_GCM), InsecureSecretKeyAccess.get());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("making a keyset failed", e);
        }
        Path folder = file.toAbsolutePath().getParent();
        Files.createDirectories(folder);
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new FileAlreadyExistsException(file.toString());
        }
        // Written beside and moved: a process that dies half-way leaves no half keyset under the final name.
        Path draft = Files.createTempFile(
                folder,
                "keyset",
                ".tmp",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(draft, json);
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
    }
}

package dev.fanfare.runtime.secret;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.crypto.tink.InsecureSecretKeyAccess;
import com.google.crypto.tink.KeysetHandle;
import com.google.crypto.tink.TinkJsonProtoKeysetFormat;
import com.google.crypto.tink.aead.AeadConfig;
import com.google.crypto.tink.aead.PredefinedAeadParameters;
import dev.fanfare.contract.signing.SecretSeal;
import dev.fanfare.runtime.config.InvalidSettings;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** A Tink AEAD keyset in a file (AES-256-GCM when made here). */
public final class KeysetFile {
    private static final Set<PosixFilePermission> NOT_FOR_OTHERS = EnumSet.of(
            PosixFilePermission.OTHERS_READ, PosixFilePermission.OTHERS_WRITE, PosixFilePermission.OTHERS_EXECUTE);

    private KeysetFile() {}

    /** Opens a keyset file that is in clear. */
    public static SecretSeal open(Path file) {
        return Keyset.open(KeysetText.of(file));
    }

    /**
     * Makes a keyset in clear with a fresh key, readable by its owner alone.
     *
     * @throws FileAlreadyExistsException where the file is there: a keyset that is in use must not be lost
     */
    public static void create(Path file) throws IOException {
        requireNew(file);
        write(file, inClear(generate()));
    }

    /**
     * As {@link #create(Path)}; where the settings name a key at a KMS, encrypted with it.
     *
     * @throws KmsAway         where the KMS doesn't answer: nothing was written
     * @throws InvalidSettings where it refuses
     */
    public static void create(Path file, SecretSettings settings) throws IOException, KmsAway {
        requireNew(file);
        KmsKey key = KmsKey.of(settings).orElse(null);
        write(file, key == null ? inClear(generate()) : encrypted(generate(), key));
    }

    /**
     * Writes the keyset of a file to another, encrypted with the key that the settings name. One that is encrypted with it
     * already is encrypted anew, with what the KMS has as the newest version of that key.
     *
     * @throws KmsAway         where the KMS doesn't answer: nothing was written
     * @throws InvalidSettings where the settings name none, or it refuses
     */
    public static void encrypt(Path from, Path to, SecretSettings settings) throws IOException, KmsAway {
        requireNew(to);
        KmsKey key = KmsKey.of(settings)
                .orElseThrow(() -> new InvalidSettings(List.of("secrets.kms-key-uri: is required: it names the key to"
                        + " encrypt with, such as hcvault://vault.example.com:8200/transit/keys/fanfare")));
        KeysetText text = KeysetText.of(from);
        write(to, encrypted(text.isEncrypted() ? text.openedBy(key) : text.inClear(), key));
    }

    /** The keyset of a file, in clear or opened by the KMS of the settings. */
    static KeysetHandle read(Path file, SecretSettings settings) throws KmsAway {
        KmsKey key = KmsKey.of(settings).orElse(null);
        KeysetText text = KeysetText.of(file);
        text.requireEncrypted(key != null);
        return key == null ? text.inClear() : text.openedBy(key);
    }

    /** Writes a keyset as {@link #create} does; a file that it was read from is replaced. */
    static void write(KeysetHandle keyset, Path from, Path to, SecretSettings settings) throws IOException, KmsAway {
        boolean inPlace = Files.exists(to) && Files.isSameFile(from, to);
        if (!inPlace) {
            requireNew(to);
        }
        KmsKey key = KmsKey.of(settings).orElse(null);
        String json = key == null ? inClear(keyset) : encrypted(keyset, key);
        if (inPlace) {
            replace(to, json);
        } else {
            write(to, json);
        }
    }

    private static KeysetHandle generate() {
        try {
            AeadConfig.register();
            return KeysetHandle.generateNew(PredefinedAeadParameters.AES256_GCM);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("making a keyset failed", e);
        }
    }

    private static String inClear(KeysetHandle keyset) {
        try {
            return TinkJsonProtoKeysetFormat.serializeKeyset(keyset, InsecureSecretKeyAccess.get());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("writing a keyset failed", e);
        }
    }

    private static String encrypted(KeysetHandle keyset, KmsKey key) throws KmsAway {
        try {
            return key.encrypt(keyset);
        } catch (GeneralSecurityException e) {
            throw new InvalidSettings(List.of("secrets.kms-key-uri: " + key.uri() + " doesn't encrypt the keyset: "
                    + e.getMessage() + "; name a key that can, and give credentials (secrets.kms-token or"
                    + " secrets.kms-credentials-file) that may encrypt with it"));
        }
    }

    private static void requireNew(Path file) throws IOException {
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new FileAlreadyExistsException(file.toString());
        }
    }

    private static void write(Path file, String json) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        Files.createDirectories(folder);
        requireNew(file);
        Path draft = draft(file, json);
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Puts another keyset in the place of a file that is there, which stays its owner's and readable by whom it was. */
    private static void replace(Path file, String json) throws IOException {
        Path real = file.toRealPath();
        PosixFileAttributes before = Files.readAttributes(real, PosixFileAttributes.class);
        Path draft = draft(real, json);
        try {
            PosixFileAttributeView after = Files.getFileAttributeView(draft, PosixFileAttributeView.class);
            PosixFileAttributes made = after.readAttributes();
            if (!made.owner().equals(before.owner())) {
                after.setOwner(before.owner());
            }
            if (!made.group().equals(before.group())) {
                after.setGroup(before.group());
            }
            Set<PosixFilePermission> permissions = EnumSet.copyOf(before.permissions());
            permissions.removeAll(NOT_FOR_OTHERS);
            after.setPermissions(permissions);
            Files.move(draft, real, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(draft);
        }
    }

    /** Written beside and moved: a process that dies half-way leaves no half keyset under the final name. */
    private static Path draft(Path file, String json) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        Path draft = Files.createTempFile(
                folder,
                "keyset",
                ".tmp",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try (FileChannel out = FileChannel.open(draft, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = ByteBuffer.wrap(json.getBytes(UTF_8));
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
            out.force(true);
        }
        return draft;
    }
}

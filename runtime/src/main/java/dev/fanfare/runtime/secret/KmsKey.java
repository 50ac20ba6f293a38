package dev.fanfare.runtime.secret;

import com.google.crypto.tink.Aead;
import com.google.crypto.tink.KeysetHandle;
import com.google.crypto.tink.KmsClient;
import com.google.crypto.tink.KmsClients;
import com.google.crypto.tink.TinkJsonProtoKeysetFormat;
import dev.fanfare.runtime.config.InvalidSettings;
import dev.fanfare.runtime.config.Secret;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The key that a keyset is encrypted with; it never leaves its KMS, so each use asks there. Vault's and OpenBao's transit
 * engine ({@link VaultTransit}) is built in; any other client of Tink's for a KMS is found when its jar is on the class
 * path. Credentials and authorities are read anew at each use: they may have been renewed.
 */
final class KmsKey {
    /** As Tink's own tools encrypt keysets. */
    private static final byte[] NOTHING_ASSOCIATED = {};

    private final String uri;
    private final KmsClient client;
    private final @Nullable Path credentials;

    private KmsKey(String uri, KmsClient client, @Nullable Path credentials) {
        this.uri = uri;
        this.client = client;
        this.credentials = credentials;
    }

    /**
     * The one of the settings; empty where they name none.
     *
     * @throws InvalidSettings where they don't fit together, or no client knows the URI
     */
    static Optional<KmsKey> of(SecretSettings settings) {
        String uri = settings.kmsKeyUri().orElse("").strip();
        List<String> faults = new ArrayList<>();
        boolean isVault = VaultTransit.isMeantBy(uri);
        if (uri.isEmpty()) {
            complain(settings.kmsToken().isPresent(), "kms-token", faults);
            complain(settings.kmsCredentialsFile().isPresent(), "kms-credentials-file", faults);
            complain(settings.kmsCa().isPresent(), "kms-ca", faults);
        } else if (!isVault) {
            complainOfOthers(settings.kmsToken().isPresent(), "kms-token", faults);
            complainOfOthers(settings.kmsCa().isPresent(), "kms-ca", faults);
        }
        if (settings.kmsToken().isPresent() && settings.kmsCredentialsFile().isPresent()) {
            faults.add("secrets.kms-token: is of no use with secrets.kms-credentials-file: leave one of them out");
        }
        requireReadable(settings.kmsCredentialsFile(), "kms-credentials-file", faults);
        requireReadable(settings.kmsCa(), "kms-ca", faults);
        if (!faults.isEmpty()) {
            throw new InvalidSettings(faults);
        }
        if (uri.isEmpty()) {
            return Optional.empty();
        }
        Path credentials = settings.kmsCredentialsFile().orElse(null);
        if (!isVault) {
            return Optional.of(new KmsKey(uri, foreign(uri), credentials));
        }
        VaultTransit vault = new VaultTransit(
                settings.kmsToken().map(Secret::reveal).orElse(null),
                settings.kmsCa().orElse(null));
        try {
            VaultTransit.check(uri);
        } catch (GeneralSecurityException e) {
            throw new InvalidSettings(List.of("secrets.kms-key-uri: " + e.getMessage()));
        }
        return Optional.of(new KmsKey(uri, vault, credentials));
    }

    private static void complain(boolean given, String name, List<String> faults) {
        if (given) {
            faults.add(
                    "secrets." + name + ": is of no use without secrets.kms-key-uri: name the key, or leave this out");
        }
    }

    private static void complainOfOthers(boolean given, String name, List<String> faults) {
        if (given) {
            faults.add("secrets." + name + ": is for keys at hcvault:// alone: leave it out, and see what the client of"
                    + " secrets.kms-key-uri takes");
        }
    }

    private static void requireReadable(Optional<Path> file, String name, List<String> faults) {
        if (file.isPresent() && !(Files.isReadable(file.get()) && Files.isRegularFile(file.get()))) {
            faults.add("secrets." + name + ": " + file.get() + " is not a file that can be read");
        }
    }

    private static KmsClient foreign(String uri) {
        try {
            return KmsClients.getAutoLoaded(uri);
        } catch (GeneralSecurityException e) {
            throw new InvalidSettings(List.of("secrets.kms-key-uri: there is no client for " + uri
                    + " here: hcvault:// is built in, for others put their Tink extension onto the class path"));
        }
    }

    String uri() {
        return uri;
    }

    /**
     * Has a keyset decrypted.
     *
     * @param encrypted as Tink's JSON
     * @throws KmsAway                  where that may pass
     * @throws GeneralSecurityException where it won't
     */
    KeysetHandle decrypt(String encrypted) throws KmsAway, GeneralSecurityException {
        return whileAsking(key -> TinkJsonProtoKeysetFormat.parseEncryptedKeyset(encrypted, key, NOTHING_ASSOCIATED));
    }

    /** Has a keyset encrypted; as {@link #decrypt}. */
    String encrypt(KeysetHandle keyset) throws KmsAway, GeneralSecurityException {
        return whileAsking(key -> TinkJsonProtoKeysetFormat.serializeEncryptedKeyset(keyset, key, NOTHING_ASSOCIATED));
    }

    private interface Work<T> {
        T with(Aead key) throws GeneralSecurityException;
    }

    private interface Question {
        byte[] ask(Aead key) throws GeneralSecurityException;
    }

    private <T> T whileAsking(Work<T> work) throws KmsAway, GeneralSecurityException {
        Asking asking = new Asking();
        try {
            return work.with(asking);
        } catch (GeneralSecurityException e) {
            if (asking.away != null) {
                throw asking.away;
            }
            throw e;
        }
    }

    /** Remembers whether what failed may pass, on the way through Tink. */
    private final class Asking implements Aead {
        private @Nullable KmsAway away;

        @Override
        public byte[] encrypt(byte[] plaintext, byte[] associatedData) throws GeneralSecurityException {
            return ask(key -> key.encrypt(plaintext, associatedData));
        }

        @Override
        public byte[] decrypt(byte[] ciphertext, byte[] associatedData) throws GeneralSecurityException {
            return ask(key -> key.decrypt(ciphertext, associatedData));
        }

        private byte[] ask(Question question) throws GeneralSecurityException {
            try {
                KmsClient known = credentials == null
                        ? client.withDefaultCredentials()
                        : client.withCredentials(credentials.toString());
                return question.ask(known.getAead(uri));
            } catch (GeneralSecurityException | RuntimeException e) {
                // the clients of others say it with exceptions of their own
                if (mayPass(e)) {
                    away = new KmsAway(reason(e), e);
                }
                throw new GeneralSecurityException(reason(e), e);
            }
        }
    }

    /** Whether it is of the network, and no matter of who may be trusted. */
    private static boolean mayPass(Throwable thrown) {
        boolean isOfTheNetwork = false;
        for (Throwable each = thrown; each != null; each = each.getCause()) {
            if (each instanceof CertificateException) {
                return false;
            }
            isOfTheNetwork |= each instanceof IOException || each instanceof UncheckedIOException;
        }
        return isOfTheNetwork;
    }

    private static String reason(Throwable thrown) {
        String message = thrown.getMessage();
        return message == null || message.isBlank() ? thrown.getClass().getSimpleName() : message;
    }
}

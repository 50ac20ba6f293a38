package dev.fanfare.runtime.secret;

import com.google.crypto.tink.Aead;
import com.google.crypto.tink.KeysetHandle;
import com.google.crypto.tink.KmsClient;
import com.google.crypto.tink.RegistryConfiguration;
import com.google.crypto.tink.aead.AeadConfig;
import com.google.crypto.tink.aead.PredefinedAeadParameters;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.security.GeneralSecurityException;

/** A Tink extension of somebody else's, as a jar on the class path would bring it: it is found by its service file. */
public final class OtherKms implements KmsClient {
    static final String URI = "other-kms://a-key";
    /** How often it will still say, in a way of its own, that it can't be reached. */
    static int unreachable;

    private static final Aead KEY = key();

    private final String credentials;

    /** As the service loader makes it. */
    public OtherKms() {
        this("none");
    }

    private OtherKms(String credentials) {
        this.credentials = credentials;
    }

    private static Aead key() {
        try {
            AeadConfig.register();
            return KeysetHandle.generateNew(PredefinedAeadParameters.AES256_GCM)
                    .getPrimitive(RegistryConfiguration.get(), Aead.class);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public boolean doesSupport(String keyUri) {
        return keyUri.startsWith("other-kms://");
    }

    @Override
    public KmsClient withCredentials(String credentialPath) {
        return new OtherKms(credentialPath);
    }

    @Override
    public KmsClient withDefaultCredentials() {
        return new OtherKms("default");
    }

    @Override
    public Aead getAead(String keyUri) throws GeneralSecurityException {
        if (unreachable-- > 0) {
            throw new IllegalStateException(
                    "can't execute", new UncheckedIOException(new SocketTimeoutException("connect timed out")));
        }
        if (credentials.equals("none") || credentials.endsWith("bad")) {
            throw new GeneralSecurityException("AccessDenied");
        }
        return KEY;
    }
}

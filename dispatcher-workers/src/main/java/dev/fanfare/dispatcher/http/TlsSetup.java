package dev.fanfare.dispatcher.http;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Whom TLS trusts, and as whom it shows itself. Whoever shows another identity needs a {@link WebhookClient} of
 * its own: connections are kept alive, and none may serve two identities. Immutable.
 */
public final class TlsSetup {
    private final TrustManager[] trust;
    private final SSLContext context;

    private TlsSetup(TrustManager[] trust, KeyManager @Nullable [] identity) {
        this.trust = trust;
        try {
            this.context = SSLContext.getInstance("TLS");
            context.init(identity, trust, null);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java can't do TLS", e);
        }
    }

    /** Trusts what Java trusts ({@code javax.net.ssl.trustStore}, or its own list), and shows no certificate. */
    public static TlsSetup ofJava() {
        return trusting(List.of());
    }

    /**
     * Trusts the certificates in a file beside those that Java trusts.
     *
     * @param file     PEM or PKCS12
     * @param password null for none
     * @throws IllegalArgumentException in words that name the file and what is wrong with it
     */
    public static TlsSetup trusting(Path file, char @Nullable [] password) {
        return trusting(TrustStore.read(file, password));
    }

    /** The same trust, showing a certificate to endpoints that ask for one. */
    public TlsSetup withIdentity(KeyManager... identity) {
        return new TlsSetup(trust, identity.clone());
    }

    SSLContext context() {
        return context;
    }

    private static TlsSetup trusting(List<Certificate> more) {
        try {
            TrustManager[] java = managers(null);
            if (more.isEmpty()) {
                return new TlsSetup(java, null);
            }
            KeyStore all = KeyStore.getInstance(KeyStore.getDefaultType());
            all.load(null, null);
            for (TrustManager manager : java) {
                if (manager instanceof X509TrustManager known) {
                    addAll(all, "java-", List.of(known.getAcceptedIssuers()));
                }
            }
            addAll(all, "added-", more);
            return new TlsSetup(managers(all), null);
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("Java's own trusted certificates can't be read", e);
        }
    }

    private static TrustManager[] managers(@Nullable KeyStore trusted) throws GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(trusted);
        return factory.getTrustManagers();
    }

    private static void addAll(KeyStore store, String prefix, List<? extends Certificate> certificates)
            throws GeneralSecurityException {
        for (int i = 0; i < certificates.size(); i++) {
            store.setCertificateEntry(prefix + i, certificates.get(i));
        }
    }
}

package dev.fanfare.dispatcher.send;

import dev.fanfare.dispatcher.http.TlsSetup;
import dev.fanfare.dispatcher.http.WebhookClient;
import dev.fanfare.dispatcher.subscription.Credential;
import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP client for each certificate that is shown: connections are kept alive, and none may be used for two
 * subscriptions. A client has its connections, which take a hundred KiB and more with TLS; so there are not many of them,
 * and none that idles. Any thread.
 */
final class IdentityClients {
    /** In one dispatcher: its memory and file handles stay within what a process is usually given. */
    static final int MOST = 256;
    /** Longer than any exchange takes (60 s at the most), so nothing is under way on what is closed. */
    static final Duration IDLE_AFTER = Duration.ofMinutes(2);

    private final int most;
    private final Function<TlsSetup, WebhookClient> start;
    private final TlsSetup tls;
    /** The longest unused first. */
    private final Map<Credential.Certificate, Held> held = new LinkedHashMap<>(16, 0.75f, true);

    private boolean closed;

    /**
     * None yet.
     *
     * @param most  at a time
     * @param start makes a started client
     * @param tls   whom to trust
     */
    IdentityClients(int most, Function<TlsSetup, WebhookClient> start, TlsSetup tls) {
        this.most = most;
        this.start = start;
        this.tls = tls;
    }

    private static final class Held {
        final WebhookClient client;
        long usedAtNanos = System.nanoTime();

        Held(WebhookClient client) {
            this.client = client;
        }

        boolean isIdle() {
            return System.nanoTime() - usedAtNanos > IDLE_AFTER.toNanos();
        }
    }

    /** The client for one request that shows the certificate; null where there are too many in use. */
    synchronized @Nullable WebhookClient client(Credential.Certificate certificate) {
        Held known = held.get(certificate);
        if (known == null) {
            if (held.size() >= most) {
                closeIdle();
            }
            if (closed || held.size() >= most) {
                return null;
            }
            known = new Held(start.apply(tls.withIdentity(new Identity(certificate))));
            held.put(certificate, known);
        }
        known.usedAtNanos = System.nanoTime();
        return known.client;
    }

    /** Closes what was not used for a while. For a timer. */
    synchronized void closeIdle() {
        Iterator<Held> all = held.values().iterator();
        while (all.hasNext()) {
            Held next = all.next();
            if (!next.isIdle()) {
                return;
            }
            next.client.close();
            all.remove();
        }
    }

    synchronized void close() {
        closed = true;
        held.values().forEach(one -> one.client.close());
        held.clear();
    }

    /** Shows the certificate to whoever asks for one: which authorities a server lists says little about whom it takes. */
    private static final class Identity extends X509ExtendedKeyManager {
        private static final String ALIAS = "subscription";

        private final Credential.Certificate certificate;

        Identity(Credential.Certificate certificate) {
            this.certificate = certificate;
        }

        @Override
        public String chooseEngineClientAlias(
                String[] keyTypes, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
            return ALIAS;
        }

        @Override
        public String chooseClientAlias(String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
            return ALIAS;
        }

        @Override
        public String[] getClientAliases(String keyType, Principal @Nullable [] issuers) {
            return new String[] {ALIAS};
        }

        @Override
        public X509Certificate[] getCertificateChain(String alias) {
            return certificate.identity().chain().toArray(new X509Certificate[0]);
        }

        @Override
        public PrivateKey getPrivateKey(String alias) {
            return certificate.identity().key();
        }

        @Override
        public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
            return null;
        }

        @Override
        public @Nullable String chooseServerAlias(
                String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
            return null;
        }
    }
}

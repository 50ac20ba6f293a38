package dev.fanfare.runtime.http;

import dev.fanfare.runtime.config.InvalidSettings;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.ServerSSLOptions;
import io.vertx.core.net.TrustOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The server's side of TLS, from files that may be renewed while it runs. Confined to one thread once it is made. */
final class ServerTls {
    private static final Logger LOG = LoggerFactory.getLogger(ServerTls.class);
    private static final Set<String> PROTOCOLS = Set.of("TLSv1.2", "TLSv1.3");

    private final Path certificate;
    private final Path key;
    private final @Nullable Path clientCa;
    private Material material;

    /** What the files hold. */
    private record Material(Buffer certificate, Buffer key, Buffer clientCa) {
        KeyCertOptions own() {
            return new PemKeyCertOptions().addCertValue(certificate).addKeyValue(key);
        }

        TrustOptions trusted() {
            return new PemTrustOptions().addCertValue(clientCa);
        }
    }

    private ServerTls(Path certificate, Path key, @Nullable Path clientCa, Material material) {
        this.certificate = certificate;
        this.key = key;
        this.clientCa = clientCa;
        this.material = material;
    }

    /**
     * As the settings ask for it; null where they don't.
     *
     * @throws InvalidSettings with every fault
     */
    static @Nullable ServerTls of(HttpSettings settings) {
        List<String> faults = new ArrayList<>();
        Optional<Path> certificate = settings.tlsCertificate();
        Optional<Path> key = settings.tlsKey();
        if (certificate.isPresent() != key.isPresent()) {
            faults.add("http.tls-certificate, http.tls-key: TLS needs both, a certificate and its key");
        }
        if (settings.tlsClientCa().isPresent() && certificate.isEmpty()) {
            faults.add(
                    "http.tls-client-ca: certificates of clients need TLS: set http.tls-certificate and http.tls-key");
        }
        requireReadable("http.tls-certificate", certificate, faults);
        requireReadable("http.tls-key", key, faults);
        requireReadable("http.tls-client-ca", settings.tlsClientCa(), faults);
        if (!faults.isEmpty()) {
            throw new InvalidSettings(faults);
        }
        if (certificate.isEmpty() || key.isEmpty()) {
            return null;
        }
        Path clientCa = settings.tlsClientCa().orElse(null);
        try {
            return new ServerTls(certificate.get(), key.get(), clientCa, read(certificate.get(), key.get(), clientCa));
        } catch (IOException e) {
            throw new InvalidSettings(List.of("http.tls-certificate and the like: can't read " + e.getMessage()));
        }
    }

    /** Has a server that is still to be made speak it. */
    void applyTo(HttpServerOptions options) {
        options.setSsl(true)
                .setUseAlpn(true)
                .setKeyCertOptions(material.own())
                .setEnabledSecureTransportProtocols(PROTOCOLS);
        if (clientCa != null) {
            options.setTrustOptions(material.trusted()).setClientAuth(ClientAuth.REQUIRED);
        }
    }

    /**
     * Looks whether the files have changed, and has the server use what they hold now; what can't be used is told, and
     * the server goes on as it was. New connections get the new certificate, those that are open stay.
     */
    void renew(HttpServer server) {
        Material now;
        try {
            now = read(certificate, key, clientCa);
        } catch (IOException e) {
            LOG.error("TLS files can't be read, going on with the old ones cause={}", e.toString());
            return;
        }
        if (now.equals(material)) {
            return;
        }
        material = now;
        ServerSSLOptions options =
                new ServerSSLOptions().setKeyCertOptions(now.own()).setUseAlpn(true);
        options.setApplicationLayerProtocols(List.of("h2", "http/1.1"));
        options.setEnabledSecureTransportProtocols(PROTOCOLS);
        if (clientCa != null) {
            options.setTrustOptions(now.trusted()).setClientAuth(ClientAuth.REQUIRED);
        }
        server.updateSSLOptions(options)
                .onSuccess(done -> LOG.info("TLS files have changed and are in use certificate={}", certificate))
                .onFailure(failure -> LOG.error(
                        "TLS files have changed and can't be used, going on with the old ones certificate={} cause={}",
                        certificate,
                        failure.toString()));
    }

    private static Material read(Path certificate, Path key, @Nullable Path clientCa) throws IOException {
        return new Material(
                Buffer.buffer(Files.readAllBytes(certificate)),
                Buffer.buffer(Files.readAllBytes(key)),
                clientCa == null ? Buffer.buffer() : Buffer.buffer(Files.readAllBytes(clientCa)));
    }

    private static void requireReadable(String setting, Optional<Path> file, List<String> faults) {
        file.filter(path -> !Files.isReadable(path))
                .ifPresent(path -> faults.add(setting + ": " + path + " can't be read"));
    }
}

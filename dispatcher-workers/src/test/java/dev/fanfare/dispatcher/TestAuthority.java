package dev.fanfare.dispatcher;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A certificate authority that nobody knows, in files made by Java's own keytool. */
final class TestAuthority {
    static final String PASSWORD = "changeit";

    private final Path folder;

    TestAuthority(Path folder) {
        this.folder = folder;
        keytool("-genkeypair", "-alias", "ca", "-dname", "CN=Test CA", "-ext", "bc:c", "-keystore", store("ca"));
        keytool("-exportcert", "-rfc", "-alias", "ca", "-file", pem().toString(), "-keystore", store("ca"));
        keytool("-importcert", "-noprompt", "-alias", "ca", "-file", pem().toString(), "-keystore", store("trust"));
    }

    /** Its certificate. */
    Path pem() {
        return folder.resolve("ca.pem");
    }

    /** Its certificate, under {@link #PASSWORD}. */
    Path pkcs12() {
        return Path.of(store("trust"));
    }

    /** What a server uses that has a certificate from here for one name. */
    SSLContext server(String dnsName) {
        return server(dnsName, List.of());
    }

    /** The same, for a server that also knows some clients. */
    SSLContext server(String dnsName, List<X509Certificate> clients) {
        try (InputStream in = Files.newInputStream(serverStore(dnsName))) {
            KeyStore keys = KeyStore.getInstance("PKCS12");
            keys.load(in, PASSWORD.toCharArray());
            KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(keys, PASSWORD.toCharArray());
            SSLContext context = SSLContext.getInstance("TLS");
            KeyStore known = KeyStore.getInstance("PKCS12");
            known.load(null, null);
            for (X509Certificate client : clients) {
                known.setCertificateEntry(client.getSubjectX500Principal().getName(), client);
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(known);
            context.init(factory.getKeyManagers(), clients.isEmpty() ? null : trust.getTrustManagers(), null);
            return context;
        } catch (IOException | GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /** What such a server uses, as a PKCS12 file under {@link #PASSWORD}; for each name once. */
    Path serverStore(String dnsName) {
        String own = store(dnsName);
        String request = folder.resolve(dnsName + ".csr").toString();
        String certificate = folder.resolve(dnsName + ".pem").toString();
        keytool("-genkeypair", "-alias", "server", "-dname", "CN=server", "-keystore", own);
        keytool("-certreq", "-alias", "server", "-file", request, "-keystore", own);
        String name = "SAN=dns:" + dnsName;
        keytool(
                "-gencert",
                "-rfc",
                "-alias",
                "ca",
                "-ext",
                name,
                "-infile",
                request,
                "-outfile",
                certificate,
                "-keystore",
                store("ca"));
        keytool("-importcert", "-noprompt", "-alias", "ca", "-file", pem().toString(), "-keystore", own);
        keytool("-importcert", "-noprompt", "-alias", "server", "-file", certificate, "-keystore", own);
        return Path.of(own);
    }

    private String store(String name) {
        return folder.resolve(name + ".p12").toString();
    }

    private void keytool(String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString()));
        command.addAll(List.of(arguments));
        command.addAll(List.of("-storetype", "PKCS12", "-storepass", PASSWORD));
        if (arguments[0].equals("-genkeypair")) {
            command.addAll(List.of("-keyalg", "EC", "-validity", "2"));
        }
        try {
            Path log = folder.resolve("keytool.log");
            int code = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start()
                    .waitFor();
            if (code != 0) {
                throw new AssertionError(command + ": " + Files.readString(log));
            }
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}

package dev.fanfare.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.UUID;

/**
 * A self-signed certificate of a client and its key, made by the JDK's {@code keytool}; a server on 127.0.0.1 may use it
 * too.
 *
 * @param certificatePem to be given, and to be trusted by the other end
 * @param privateKeyPem  PKCS #8
 */
public record ClientKeys(X509Certificate certificate, String certificatePem, String privateKeyPem) {
    private static final String PASSWORD = "changeit";

    /**
     * Makes some.
     *
     * @param algorithm as {@code keytool} knows it: EC, RSA, Ed25519
     * @param folder    for a file, which stays there
     */
    public static ClientKeys make(String name, String algorithm, Path folder) {
        Path store = folder.resolve("client-" + UUID.randomUUID() + ".p12");
        try {
            Process keytool = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "keytool")
                                    .toString(),
                            "-genkeypair",
                            "-alias",
                            "client",
                            "-keyalg",
                            algorithm,
                            "-dname",
                            "CN=" + name,
                            "-ext",
                            "SAN=ip:127.0.0.1",
                            "-validity",
                            "2",
                            "-storetype",
                            "PKCS12",
                            "-keystore",
                            store.toString(),
                            "-storepass",
                            PASSWORD)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (keytool.waitFor() != 0) {
                throw new IllegalStateException("keytool failed for " + algorithm);
            }
            KeyStore keys = KeyStore.getInstance("PKCS12");
            try (InputStream in = Files.newInputStream(store)) {
                keys.load(in, PASSWORD.toCharArray());
            }
            X509Certificate certificate = (X509Certificate) keys.getCertificate("client");
            return new ClientKeys(
                    certificate,
                    pem("CERTIFICATE", certificate.getEncoded()),
                    pem(
                            "PRIVATE KEY",
                            keys.getKey("client", PASSWORD.toCharArray()).getEncoded()));
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static String pem(String what, byte[] der) {
        return "-----BEGIN " + what + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der) + "\n-----END " + what + "-----\n";
    }

    @Override
    public String toString() {
        return "ClientKeys[" + certificate.getSubjectX500Principal() + "]";
    }
}

package dev.fanfare.dispatcher.http;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.UnrecoverableKeyException;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Certificates in a file: PEM, as many as there are, or PKCS12 (JKS is read too). */
final class TrustStore {
    private static final Pattern PEM = Pattern.compile("-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----");

    private TrustStore() {}

    /**
     * Reads them, at least one.
     *
     * @param password null for none
     * @throws IllegalArgumentException in words that name the file and what is wrong with it
     */
    static List<Certificate> read(Path file, char @Nullable [] password) {
        try {
            byte[] content = Files.readAllBytes(file);
            String text = new String(content, StandardCharsets.ISO_8859_1);
            List<Certificate> certificates = text.contains("-----BEGIN ") ? pem(text) : pkcs12(content, password);
            if (certificates.isEmpty()) {
                throw new IllegalArgumentException(file + " holds no certificates"
                        + (password == null && !text.contains("-----BEGIN ")
                                ? " that can be read without a password: set dispatcher.trust-store-password"
                                : ""));
            }
            return certificates;
        } catch (NoSuchFileException e) {
            throw new IllegalArgumentException(file + " does not exist", e);
        } catch (IOException e) {
            if (e.getCause() instanceof UnrecoverableKeyException) {
                throw new IllegalArgumentException(
                        file + " does not open with the password in dispatcher.trust-store-password", e);
            }
            throw new IllegalArgumentException(
                    file + " can't be read as PEM or PKCS12: " + e.getClass().getSimpleName(), e);
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException(file + " holds a certificate that can't be read: " + e.getMessage(), e);
        }
    }

    private static List<Certificate> pem(String text) throws IOException, GeneralSecurityException {
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        List<Certificate> certificates = new ArrayList<>();
        Matcher blocks = PEM.matcher(text);
        while (blocks.find()) {
            try (InputStream in = new ByteArrayInputStream(blocks.group().getBytes(StandardCharsets.US_ASCII))) {
                certificates.add(factory.generateCertificate(in));
            }
        }
        return certificates;
    }

    private static List<Certificate> pkcs12(byte[] content, char @Nullable [] password)
            throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(new ByteArrayInputStream(content), password);
        List<Certificate> certificates = new ArrayList<>();
        for (String alias : Collections.list(store.aliases())) {
            Certificate certificate = store.getCertificate(alias);
            if (certificate != null) {
                certificates.add(certificate);
            }
        }
        return certificates;
    }
}

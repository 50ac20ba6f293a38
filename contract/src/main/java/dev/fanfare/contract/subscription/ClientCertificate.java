package dev.fanfare.contract.subscription;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;

/**
 * A client's certificate chain and the key that goes with it, read from PEM (RFC 7468): certificates, and an unencrypted
 * PKCS #8 key of the kind RSA, EC or Ed25519. Immutable; it never prints its key.
 */
public final class ClientCertificate {
    private static final String KEY_BEGIN = "-----BEGIN PRIVATE KEY-----";
    private static final String KEY_END = "-----END PRIVATE KEY-----";
    private static final byte[] PROBE = "does the key belong to the certificate?".getBytes(StandardCharsets.US_ASCII);

    private final List<X509Certificate> chain;
    private final PrivateKey key;

    private ClientCertificate(List<X509Certificate> chain, PrivateKey key) {
        this.chain = chain;
        this.key = key;
    }

    /**
     * Reads both and checks that they belong together.
     *
     * @throws IllegalArgumentException in words that don't repeat the key
     */
    public static ClientCertificate parse(String certificatePem, String privateKeyPem) {
        List<X509Certificate> chain = chain(certificatePem);
        PublicKey publicKey = chain.get(0).getPublicKey();
        PrivateKey key = key(privateKeyPem, publicKey.getAlgorithm());
        if (!belong(key, publicKey)) {
            throw new IllegalArgumentException("is not the key of the certificate");
        }
        return new ClientCertificate(chain, key);
    }

    /**
     * Reads certificates, the client's own first.
     *
     * @throws IllegalArgumentException in words
     */
    public static List<X509Certificate> chain(String pem) {
        List<X509Certificate> chain = new ArrayList<>();
        try {
            for (Certificate one : CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.UTF_8)))) {
                chain.add((X509Certificate) one);
            }
        } catch (CertificateException e) {
            throw new IllegalArgumentException("is no X.509 certificate in PEM", e);
        }
        if (chain.isEmpty()) {
            throw new IllegalArgumentException("holds no certificate: PEM, from -----BEGIN CERTIFICATE----- on");
        }
        return chain;
    }

    /** SHA-256 over a certificate, in hexadecimal: what {@code openssl x509 -fingerprint -sha256} says, without colons. */
    public static String fingerprint(X509Certificate certificate) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a certificate that was read has bytes, and every Java has SHA-256", e);
        }
    }

    private static PrivateKey key(String pem, String algorithm) {
        int begin = pem.indexOf(KEY_BEGIN);
        int end = pem.indexOf(KEY_END);
        if (begin < 0 || end < begin) {
            throw new IllegalArgumentException("must be an unencrypted PKCS #8 key in PEM (" + KEY_BEGIN
                    + "): convert another with openssl pkcs8 -topk8 -nocrypt");
        }
        try {
            byte[] der = Base64.getMimeDecoder().decode(pem.substring(begin + KEY_BEGIN.length(), end));
            return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            // the cause may quote the key
            throw new IllegalArgumentException("is no " + algorithm + " key in PKCS #8, as the certificate's is");
        }
    }

    private static boolean belong(PrivateKey key, PublicKey publicKey) {
        String scheme =
                switch (publicKey.getAlgorithm()) {
                    case "RSA" -> "SHA256withRSA";
                    case "EC" -> "SHA256withECDSA";
                    default -> "Ed25519";
                };
        try {
            Signature signature = Signature.getInstance(scheme);
            signature.initSign(key);
            signature.update(PROBE);
            byte[] signed = signature.sign();
            signature.initVerify(publicKey);
            signature.update(PROBE);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    /** The client's own certificate first. */
    public List<X509Certificate> chain() {
        return List.copyOf(chain);
    }

    public PrivateKey key() {
        return key;
    }

    @Override
    public String toString() {
        return "ClientCertificate[" + fingerprint(chain.get(0)) + "]";
    }
}

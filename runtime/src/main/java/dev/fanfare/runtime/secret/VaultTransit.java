package dev.fanfare.runtime.secret;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.crypto.tink.Aead;
import com.google.crypto.tink.KmsClient;
import dev.fanfare.contract.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * Keys of the transit engine of HashiCorp Vault or OpenBao, by its HTTP API.
 *
 * <pre>
 * hcvault://vault.example.com:8200/transit/keys/fanfare        ─▶ POST https://vault.example.com:8200/v1/transit/decrypt/fanfare
 * hcvault+http://127.0.0.1:8200/transit/keys/fanfare           the same without TLS, for a proxy of Vault's beside us
 * hcvault://vault.example.com:8200/team/transit/keys/fanfare   in the namespace "team"
 * </pre>
 *
 * Failures are {@link GeneralSecurityException}s; those that may pass have an {@link IOException} as their cause. Safe from
 * any thread.
 *
 * @see <a href="https://developer.hashicorp.com/vault/api-docs/secret/transit">the transit API</a>
 */
final class VaultTransit implements KmsClient {
    private static final String OVER_TLS = "hcvault";
    private static final String IN_CLEAR = "hcvault+http";
    private static final String KEYS = "/keys/";
    private static final Duration WITHIN = Duration.ofSeconds(10);
    private static final int MOST_SAID = 300;

    private final @Nullable String token;
    private final @Nullable Path authorities;

    /**
     * For one server.
     *
     * @param token       null where none is needed, such as at a proxy that has one
     * @param authorities those that its certificate may be from, a PEM file; null for Java's
     */
    VaultTransit(@Nullable String token, @Nullable Path authorities) {
        this.token = token;
        this.authorities = authorities;
    }

    /** Whether a URI is of this kind, right or wrong otherwise. */
    static boolean isMeantBy(String keyUri) {
        return keyUri.startsWith(OVER_TLS + ":") || keyUri.startsWith(IN_CLEAR + ":");
    }

    /**
     * Checks the form of a URI.
     *
     * @throws GeneralSecurityException where it doesn't name a key
     */
    static void check(String keyUri) throws GeneralSecurityException {
        endpoint(keyUri, "encrypt");
    }

    @Override
    public boolean doesSupport(String keyUri) {
        return isMeantBy(keyUri);
    }

    /** With the token that stands alone in a file. */
    @Override
    public VaultTransit withCredentials(String file) throws GeneralSecurityException {
        try {
            String read = Files.readString(Path.of(file)).strip();
            if (read.isEmpty()) {
                throw new GeneralSecurityException("there is no token in " + file);
            }
            return new VaultTransit(read, authorities);
        } catch (IOException e) {
            throw new GeneralSecurityException(file + " can't be read", e);
        }
    }

    @Override
    public VaultTransit withDefaultCredentials() {
        return this;
    }

    @Override
    public Aead getAead(String keyUri) throws GeneralSecurityException {
        return new Key(endpoint(keyUri, "encrypt"), endpoint(keyUri, "decrypt"), token, client());
    }

    private static URI endpoint(String keyUri, String operation) throws GeneralSecurityException {
        try {
            URI uri = new URI(keyUri);
            String path = uri.getRawPath() == null ? "" : uri.getRawPath();
            int keys = path.lastIndexOf(KEYS);
            String name = keys < 0 ? "" : path.substring(keys + KEYS.length());
            if (uri.getHost() != null
                    && keys > 1
                    && !name.isEmpty()
                    && name.indexOf('/') < 0
                    && uri.getRawUserInfo() == null
                    && uri.getRawQuery() == null
                    && uri.getRawFragment() == null) {
                String scheme = uri.getScheme().equals(IN_CLEAR) ? "http" : "https";
                return new URI(scheme + "://" + uri.getRawAuthority() + "/v1" + path.substring(0, keys) + "/"
                        + operation + "/" + name);
            }
        } catch (URISyntaxException e) {
            throw notAKey(keyUri, e);
        }
        throw notAKey(keyUri, null);
    }

    private static GeneralSecurityException notAKey(String keyUri, @Nullable Throwable cause) {
        return new GeneralSecurityException(
                keyUri + " names no key: write it as hcvault://HOST:PORT/MOUNT/keys/NAME, such as"
                        + " hcvault://vault.example.com:8200/transit/keys/fanfare",
                cause);
    }

    private HttpClient client() throws GeneralSecurityException {
        HttpClient.Builder builder =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(WITHIN);
        if (authorities != null) {
            builder.sslContext(trusting(authorities));
        }
        return builder.build();
    }

    private static SSLContext trusting(Path pem) throws GeneralSecurityException {
        try (InputStream in = Files.newInputStream(pem)) {
            KeyStore known = KeyStore.getInstance(KeyStore.getDefaultType());
            known.load(null, null);
            for (Certificate each : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                known.setCertificateEntry("authority-" + known.size(), each);
            }
            if (known.size() == 0) {
                throw new CertificateException("there is none");
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(known);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (CertificateException e) {
            throw new GeneralSecurityException(pem + " has no certificates in PEM", e);
        } catch (IOException e) {
            throw new GeneralSecurityException(pem + " can't be read", e);
        }
    }

    /** One key there. */
    private record Key(
            URI encrypting, URI decrypting, @Nullable String token, HttpClient client) implements Aead {
        @Override
        public byte[] encrypt(byte[] plaintext, byte[] associatedData) throws GeneralSecurityException {
            String plain = Base64.getEncoder().encodeToString(plaintext);
            return ask(encrypting, "plaintext", plain, associatedData, "ciphertext")
                    .getBytes(UTF_8);
        }

        @Override
        public byte[] decrypt(byte[] ciphertext, byte[] associatedData) throws GeneralSecurityException {
            String sealed = new String(ciphertext, UTF_8);
            String plain = ask(decrypting, "ciphertext", sealed, associatedData, "plaintext");
            try {
                return Base64.getDecoder().decode(plain);
            } catch (IllegalArgumentException e) {
                throw new GeneralSecurityException("its answer is not that of a transit engine", e);
            }
        }

        private String ask(URI operation, String name, String value, byte[] associatedData, String wanted)
                throws GeneralSecurityException {
            ObjectNode body = Json.TOPIC.createObjectNode().put(name, value);
            if (associatedData.length > 0) {
                body.put("associated_data", Base64.getEncoder().encodeToString(associatedData));
            }
            HttpRequest.Builder request = HttpRequest.newBuilder(operation)
                    .header("Content-Type", "application/json")
                    .header("X-Vault-Request", "true")
                    .POST(HttpRequest.BodyPublishers.ofString(body.toString()));
            if (token != null) {
                try {
                    request.header("X-Vault-Token", token);
                } catch (IllegalArgumentException e) {
                    // its message would have the token
                    throw new GeneralSecurityException("the token has characters that no token has");
                }
            }
            HttpResponse<byte[]> answer = send(request.build());
            JsonNode said = json(answer.body());
            if (answer.statusCode() != 200) {
                throw refusal(answer.statusCode(), said);
            }
            String found = said.path("data").path(wanted).textValue();
            if (found == null) {
                throw new GeneralSecurityException("its answer is not that of a transit engine");
            }
            return found;
        }

        private HttpResponse<byte[]> send(HttpRequest request) throws GeneralSecurityException {
            CompletableFuture<HttpResponse<byte[]>> answer =
                    client.sendAsync(request, HttpResponse.BodyHandlers.ofByteArray());
            try {
                return answer.get(WITHIN.toMillis(), TimeUnit.MILLISECONDS);
            } catch (ExecutionException e) {
                Throwable cause = e.getCause() == null ? e : e.getCause();
                String why = cause.getMessage() == null ? "" : " (" + cause.getMessage() + ")";
                throw new GeneralSecurityException(
                        "no answer from " + request.uri().getRawAuthority() + ": "
                                + cause.getClass().getSimpleName() + why,
                        cause);
            } catch (TimeoutException e) {
                answer.cancel(true);
                String why =
                        "no answer from " + request.uri().getRawAuthority() + " within " + WITHIN.toSeconds() + " s";
                throw new GeneralSecurityException(why, new IOException(why, e));
            } catch (InterruptedException e) {
                answer.cancel(true);
                Thread.currentThread().interrupt();
                throw new GeneralSecurityException("interrupted", new InterruptedIOException());
            }
        }

        private static JsonNode json(byte[] body) {
            try {
                JsonNode read = Json.TOPIC.readTree(new String(body, UTF_8));
                return read == null ? Json.TOPIC.createObjectNode() : read;
            } catch (JsonProcessingException e) {
                return Json.TOPIC.createObjectNode();
            }
        }

        /** Redirections, too many requests, and everything on the server's side pass: a standby, a sealed one. */
        private static GeneralSecurityException refusal(int status, JsonNode said) {
            List<String> errors = new ArrayList<>();
            said.path("errors").forEach(error -> errors.add(error.asText()));
            String words =
                    String.join("; ", errors).replaceAll("\\p{Cntrl}+", " ").strip();
            String why = "it answers " + status
                    + (words.isEmpty() ? "" : " (" + words.substring(0, Math.min(words.length(), MOST_SAID)) + ")");
            boolean mayPass = status >= 500 || status == 429 || (status >= 300 && status < 400);
            return mayPass
                    ? new GeneralSecurityException(why, new IOException(why))
                    : new GeneralSecurityException(why);
        }

        @Override
        public String toString() {
            return "Key[" + encrypting + "]";
        }
    }
}

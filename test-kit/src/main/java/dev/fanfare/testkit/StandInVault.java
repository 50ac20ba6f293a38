package dev.fanfare.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.fanfare.contract.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Stands in for the transit engine of HashiCorp Vault on a free port of 127.0.0.1: encrypts and decrypts with AES-256-GCM
 * and associated data under keys with versions, asks for a token, and can be sealed. Thread-safe.
 *
 * @see <a href="https://developer.hashicorp.com/vault/api-docs/secret/transit">the API that it answers</a>
 */
public final class StandInVault implements AutoCloseable {
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;
    private static final int KEY_BYTES = 32;
    private static final char[] PASSWORD = "changeit".toCharArray();

    private final HttpServer server;
    private final boolean overTls;
    private final Map<String, List<byte[]>> keys = new ConcurrentHashMap<>();
    private final SecureRandom random = new SecureRandom();
    private final AtomicInteger requests = new AtomicInteger();
    private volatile String token;
    private volatile boolean sealed;

    private StandInVault(HttpServer server, boolean overTls, String token) {
        this.server = server;
        this.overTls = overTls;
        this.token = token;
        server.createContext("/", this::answer);
        server.start();
    }

    /** Without TLS. */
    public static StandInVault start(String token) {
        return start(token, 0);
    }

    /** On a port that an earlier one has given back; 0: any free one. */
    public static StandInVault start(String token, int port) {
        try {
            return new StandInVault(HttpServer.create(address(port), 0), false, token);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** With this certificate. */
    public static StandInVault startWithTls(String token, ClientKeys certificate) {
        try {
            HttpsServer server = HttpsServer.create(address(0), 0);
            server.setHttpsConfigurator(new HttpsConfigurator(context(certificate)));
            return new StandInVault(server, true, token);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static InetSocketAddress address(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    private static SSLContext context(ClientKeys keys) throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        byte[] der = Base64.getMimeDecoder().decode(keys.privateKeyPem().replaceAll("-----[^-]+-----", ""));
        store.setKeyEntry(
                "server",
                KeyFactory.getInstance(keys.certificate().getPublicKey().getAlgorithm())
                        .generatePrivate(new PKCS8EncodedKeySpec(der)),
                PASSWORD,
                new Certificate[] {keys.certificate()});
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(factory.getKeyManagers(), null, null);
        return context;
    }

    /** Makes a key, or a newer version of one that is there. */
    public StandInVault key(String name) {
        byte[] fresh = new byte[KEY_BYTES];
        random.nextBytes(fresh);
        keys.computeIfAbsent(name, ignored -> new CopyOnWriteArrayList<>()).add(fresh);
        return this;
    }

    /** As {@code secrets.kms-key-uri} names a key here. */
    public String uri(String key) {
        return (overTls ? "hcvault" : "hcvault+http") + "://127.0.0.1:" + port() + "/transit/keys/" + key;
    }

    public int port() {
        return server.getAddress().getPort();
    }

    /** Refuses everything until it is unsealed. */
    public void seal(boolean on) {
        sealed = on;
    }

    /** From now on another token is the right one. */
    public void token(String valid) {
        token = valid;
    }

    /** How many it was asked. */
    public int requests() {
        return requests.get();
    }

    private void answer(HttpExchange exchange) throws IOException {
        requests.incrementAndGet();
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            String[] path = exchange.getRequestURI().getPath().split("/", -1);
            if (sealed) {
                refuse(exchange, 503, "Vault is sealed");
            } else if (!token.equals(exchange.getRequestHeaders().getFirst("X-Vault-Token"))) {
                refuse(exchange, 403, "permission denied");
            } else if (path.length != 5 || !exchange.getRequestURI().getPath().startsWith("/v1/transit/")) {
                refuse(exchange, 404, null);
            } else {
                work(exchange, path[3], keys.getOrDefault(path[4], List.of()), Json.TOPIC.readTree(body));
            }
        }
    }

    private void work(HttpExchange exchange, String operation, List<byte[]> versions, JsonNode asked)
            throws IOException {
        if (versions.isEmpty()) {
            refuse(exchange, 400, "encryption key not found");
            return;
        }
        byte[] associated =
                Base64.getDecoder().decode(asked.path("associated_data").asText(""));
        ObjectNode data = Json.TOPIC.createObjectNode();
        try {
            switch (operation) {
                case "encrypt" ->
                    data.put(
                            "ciphertext",
                            encrypt(versions, asked.path("plaintext").asText(), associated));
                case "decrypt" ->
                    data.put(
                            "plaintext",
                            decrypt(versions, asked.path("ciphertext").asText(), associated));
                default -> throw new IllegalArgumentException("unsupported path");
            }
        } catch (GeneralSecurityException e) {
            refuse(exchange, 400, "cipher: message authentication failed");
            return;
        } catch (IllegalArgumentException e) {
            refuse(exchange, 400, "invalid ciphertext: no prefix");
            return;
        }
        send(exchange, 200, Json.TOPIC.createObjectNode().set("data", data));
    }

    private String encrypt(List<byte[]> versions, String plaintext, byte[] associated) throws GeneralSecurityException {
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        byte[] sealedBytes = cipher(Cipher.ENCRYPT_MODE, versions.get(versions.size() - 1), nonce, associated)
                .doFinal(Base64.getDecoder().decode(plaintext));
        byte[] all = Arrays.copyOf(nonce, NONCE_BYTES + sealedBytes.length);
        System.arraycopy(sealedBytes, 0, all, NONCE_BYTES, sealedBytes.length);
        return "vault:v" + versions.size() + ":" + Base64.getEncoder().encodeToString(all);
    }

    private static String decrypt(List<byte[]> versions, String ciphertext, byte[] associated)
            throws GeneralSecurityException {
        String[] parts = ciphertext.split(":", 3);
        if (parts.length != 3 || !parts[0].equals("vault")) {
            throw new IllegalArgumentException(ciphertext);
        }
        byte[] all = Base64.getDecoder().decode(parts[2]);
        byte[] version = versions.get(Integer.parseInt(parts[1].substring(1)) - 1);
        byte[] plain = cipher(Cipher.DECRYPT_MODE, version, Arrays.copyOf(all, NONCE_BYTES), associated)
                .doFinal(all, NONCE_BYTES, all.length - NONCE_BYTES);
        return Base64.getEncoder().encodeToString(plain);
    }

    private static Cipher cipher(int mode, byte[] key, byte[] nonce, byte[] associated)
            throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(associated);
        return cipher;
    }

    private static void refuse(HttpExchange exchange, int status, @Nullable String error) throws IOException {
        ObjectNode body = Json.TOPIC.createObjectNode();
        if (error == null) {
            body.putArray("errors");
        } else {
            body.putArray("errors").add(error);
        }
        send(exchange, status, body);
    }

    private static void send(HttpExchange exchange, int status, JsonNode body) throws IOException {
        byte[] bytes = body.toString().getBytes(UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}

package dev.fanfare.systemtests;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;

/**
 * An issuer of tokens for client credentials (RFC 6749, section 4.4) with its keys (RFC 7517). While it is open, Kafka's
 * clients and brokers in this JVM may turn to it.
 */
final class TokenEndpoint implements AutoCloseable {
    static final String AUDIENCE = "kafka";
    private static final String ALLOWED_URLS = "org.apache.kafka.sasl.oauthbearer.allowed.urls";

    private final HttpServer server;
    private final RSAKey key;
    private final String credentials;

    private TokenEndpoint(HttpServer server, RSAKey key, String credentials) {
        this.server = server;
        this.key = key;
        this.credentials = credentials;
    }

    /** For one client. */
    static TokenEndpoint start(String client, String secret) throws IOException, JOSEException {
        RSAKey key = new RSAKeyGenerator(2_048).keyID("one").generate();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        String credentials = "Basic " + Base64.getEncoder().encodeToString((client + ":" + secret).getBytes(UTF_8));
        TokenEndpoint endpoint = new TokenEndpoint(server, key, credentials);
        server.createContext("/token", exchange -> endpoint.token(exchange, client));
        server.createContext("/jwks", exchange -> answer(exchange, 200, new JWKSet(key.toPublicJWK()).toString()));
        server.start();
        System.setProperty(ALLOWED_URLS, endpoint.tokenUrl() + "," + endpoint.jwksUrl());
        return endpoint;
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    String tokenUrl() {
        return url() + "/token";
    }

    String jwksUrl() {
        return url() + "/jwks";
    }

    private void token(HttpExchange exchange, String client) throws IOException {
        if (!credentials.equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
            answer(exchange, 401, "{\"error\":\"invalid_client\"}");
            return;
        }
        Instant now = Instant.now();
        SignedJWT token = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(key.getKeyID()).build(),
                new JWTClaimsSet.Builder()
                        .issuer(url())
                        .audience(AUDIENCE)
                        .subject(client)
                        .claim("scope", "kafka")
                        .issueTime(Date.from(now))
                        .expirationTime(Date.from(now.plusSeconds(3_600)))
                        .build());
        try {
            token.sign(new RSASSASigner(key));
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
        answer(
                exchange,
                200,
                "{\"access_token\":\"%s\",\"token_type\":\"Bearer\",\"expires_in\":3600}".formatted(token.serialize()));
    }

    private static void answer(HttpExchange exchange, int status, String json) throws IOException {
        byte[] body = json.getBytes(UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    @Override
    public void close() {
        System.clearProperty(ALLOWED_URLS);
        server.stop(0);
    }
}

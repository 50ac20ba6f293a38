package dev.fanfare.control;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.oauth2.sdk.pkce.CodeChallenge;
import com.nimbusds.oauth2.sdk.pkce.CodeChallengeMethod;
import com.nimbusds.oauth2.sdk.pkce.CodeVerifier;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.time.Instant;
import java.util.Date;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;

/** A small OpenID Connect provider that knows one person and asks for no password, and holds to PKCE. */
final class OidcProvider implements AutoCloseable {
    static final String CLIENT = "fanfare-console";
    static final String DESCRIPTION = "/.well-known/openid-configuration";
    static final String KEYS = "/keys";
    static final String TOKEN = "/token";

    private final HttpServer server;
    private final ECKey key;
    private final Map<String, Map<String, String>> asked = new ConcurrentHashMap<>();
    private final Map<String, Integer> requests = new ConcurrentHashMap<>();
    private final Map<String, Boolean> failing = new ConcurrentHashMap<>();
    private volatile UnaryOperator<JWTClaimsSet.Builder> claims = built -> built;

    private OidcProvider() throws Exception {
        key = new ECKeyGenerator(Curve.P_256).keyID("one").generate();
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        serve(DESCRIPTION, exchange -> json(exchange, 200, """
                {"issuer": "%1$s", "authorization_endpoint": "%1$s/authorize", "token_endpoint": "%1$s/token",
                 "jwks_uri": "%1$s/keys", "response_types_supported": ["code"], "subject_types_supported": ["public"],
                 "id_token_signing_alg_values_supported": ["ES256"]}""".formatted(issuer())));
        serve(KEYS, exchange -> json(exchange, 200, new JWKSet(key.toPublicJWK()).toString()));
        serve("/authorize", this::authorize);
        serve(TOKEN, this::token);
    }

    private void serve(String path, HttpHandler handler) {
        server.createContext(path, exchange -> {
            requests.merge(path, 1, Integer::sum);
            Boolean answers = failing.get(path);
            if (answers == null) {
                handler.handle(exchange);
            } else if (answers) {
                json(exchange, 500, "{}");
            } else {
                exchange.close();
            }
        });
    }

    /** It answers 500 there from now on. */
    void fails(String path) {
        failing.put(path, true);
    }

    /** It hangs up there from now on. */
    void breaksOff(String path) {
        failing.put(path, false);
    }

    /** It works as it should again. */
    void mend() {
        failing.clear();
    }

    /** How often it was asked there. */
    int requests(String path) {
        return requests.getOrDefault(path, 0);
    }

    static OidcProvider start() throws Exception {
        OidcProvider provider = new OidcProvider();
        provider.server.start();
        return provider;
    }

    String issuer() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** What the next tokens say besides, or instead. */
    void says(UnaryOperator<JWTClaimsSet.Builder> more) {
        claims = more;
    }

    private void authorize(HttpExchange exchange) throws IOException {
        Map<String, String> query = fields(exchange.getRequestURI().getRawQuery());
        String code = UUID.randomUUID().toString();
        asked.put(code, query);
        exchange.getResponseHeaders()
                .add("Location", query.get("redirect_uri") + "?code=" + code + "&state=" + query.get("state"));
        exchange.sendResponseHeaders(302, -1);
        exchange.close();
    }

    private void token(HttpExchange exchange) throws IOException {
        Map<String, String> form = fields(new String(exchange.getRequestBody().readAllBytes(), UTF_8));
        Map<String, String> begun = asked.remove(String.valueOf(form.get("code")));
        boolean isProven = begun != null
                && "S256".equals(begun.get("code_challenge_method"))
                && CodeChallenge.compute(CodeChallengeMethod.S256, new CodeVerifier(form.get("code_verifier")))
                        .getValue()
                        .equals(begun.get("code_challenge"))
                && begun.get("redirect_uri").equals(form.get("redirect_uri"))
                && CLIENT.equals(form.get("client_id"));
        if (!isProven) {
            json(exchange, 400, "{\"error\":\"invalid_grant\"}");
            return;
        }
        JWTClaimsSet.Builder built = new JWTClaimsSet.Builder()
                .issuer(issuer())
                .subject("ann")
                .audience(CLIENT)
                .issueTime(new Date())
                .expirationTime(Date.from(Instant.now().plusSeconds(60)))
                .claim("nonce", begun.get("nonce"));
        try {
            SignedJWT token = new SignedJWT(
                    new JWSHeader.Builder(JWSAlgorithm.ES256).keyID("one").build(),
                    claims.apply(built).build());
            token.sign(new ECDSASigner(key));
            json(
                    exchange,
                    200,
                    "{\"access_token\":\"opaque\",\"token_type\":\"Bearer\",\"id_token\":\"" + token.serialize()
                            + "\"}");
        } catch (com.nimbusds.jose.JOSEException e) {
            throw new IOException(e);
        }
    }

    private static Map<String, String> fields(String encoded) {
        Map<String, String> fields = new HashMap<>();
        for (String pair : encoded.split("&", -1)) {
            String[] parts = pair.split("=", 2);
            fields.put(URLDecoder.decode(parts[0], UTF_8), URLDecoder.decode(parts[1], UTF_8));
        }
        return fields;
    }

    private static void json(HttpExchange exchange, int status, String body) throws IOException {
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        byte[] bytes = body.getBytes(UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}

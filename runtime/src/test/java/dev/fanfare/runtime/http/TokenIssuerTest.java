package dev.fanfare.runtime.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import dev.fanfare.contract.catalog.Scope;
import dev.fanfare.runtime.config.InvalidSettings;
import dev.fanfare.runtime.config.Settings;
import dev.fanfare.testkit.SeededClock;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against a real issuer on this machine: an HTTP server that serves its keys. */
class TokenIssuerTest {
    private static final String ISSUER = "https://issuer.example.com";
    private static final String AUDIENCE = "fanfare";
    private static final ECKey FIRST = ecKey("first");
    private static final ECKey SECOND = ecKey("second");

    private final SeededClock clock = SeededClock.at(Instant.parse("2026-11-22T12:00:00Z"));
    private final List<JWK> published = new CopyOnWriteArrayList<>(List.of(FIRST.toPublicJWK()));
    private final AtomicInteger fetches = new AtomicInteger();
    private HttpServer server;
    private TokenIssuer issuer;

    @BeforeEach
    void publish() throws Exception {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
        server.createContext("/keys", exchange -> {
            fetches.incrementAndGet();
            byte[] body = new JWKSet(new ArrayList<>(published)).toString().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        issuer = TokenIssuer.of(settings(Map.of()), clock);
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void aTokenSaysWhoseCallerItIsAndWhatTheyMayDo() throws Exception {
        Caller caller = issuer.verify(token(claims -> claims.claim("scope", "openid events:write read")));

        assertThat(caller.tenant()).isEqualTo("acme");
        assertThat(caller.scopes()).containsExactlyInAnyOrder(Scope.EVENTS_WRITE, Scope.READ);
        assertThat(caller.name()).isEqualTo("token of alice");
    }

    @Test
    void theNamesOfTheClaimsAreSettingsAndAListDoesAsWell() throws Exception {
        TokenIssuer other = TokenIssuer.of(
                settings(Map.of("access.oidc-tenant-claim", "org", "access.oidc-scopes-claim", "permissions")), clock);

        Caller caller =
                other.verify(token(claims -> claims.claim("org", "*").claim("permissions", List.of("manage", "else"))));

        assertThat(caller.tenant()).isNull();
        assertThat(caller.scopes()).containsExactly(Scope.MANAGE);
    }

    @Test
    void anRsaKeyAndTheTypeOfAccessTokensAreTaken() throws Exception {
        RSAKey rsa = new RSAKeyGenerator(2048).keyID("rsa").generate();
        published.add(rsa.toPublicJWK());
        SignedJWT token = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.RS256)
                        .keyID("rsa")
                        .type(new JOSEObjectType("at+jwt"))
                        .build(),
                claims().build());
        token.sign(new RSASSASigner(rsa));

        assertThat(issuer.verify(token.serialize()).tenant()).isEqualTo("acme");
    }

    @Test
    void theKeysAreFetchedOnceAndAgainForANewOne() throws Exception {
        for (int i = 0; i < 50; i++) {
            issuer.verify(token(claims -> claims));
        }
        assertThat(fetches).hasValue(1);

        published.add(SECOND.toPublicJWK());
        assertThat(issuer.verify(signed(SECOND, claims().build())).tenant()).isEqualTo("acme");
        assertThat(fetches).hasValue(2);
    }

    @Test
    void keysThatSomebodyMakesUpAreRefusedHoweverManyAndTheIssuerIsHardlyAsked() throws Exception {
        issuer.verify(token(claims -> claims));
        for (int i = 0; i < 20; i++) {
            String madeUp = signed(
                    new ECKeyGenerator(Curve.P_256).keyID("../../made-up-" + i).generate(), claims().build());
            assertThatThrownBy(() -> issuer.verify(madeUp)).as("token %d", i).isInstanceOf(TokenClaims.Refused.class);
        }
        assertThat(fetches).hasValueLessThan(5);
        assertThat(issuer.verify(token(claims -> claims)).tenant()).isEqualTo("acme");

        TokenIssuer late = TokenIssuer.of(settings(Map.of()), clock);
        String token = token(claims -> claims);
        server.stop(0);
        for (int i = 0; i < 5; i++) {
            assertThatThrownBy(() -> late.verify(token)).isInstanceOf(TokenIssuer.Away.class);
        }
    }

    @Test
    void whileTheIssuerIsAwayWhatIsKnownIsTakenAndNothingElseIsDenied() throws Exception {
        TokenIssuer late = TokenIssuer.of(settings(Map.of()), clock);
        String token = token(claims -> claims);
        issuer.verify(token);
        server.stop(0);

        assertThat(issuer.verify(token).tenant()).isEqualTo("acme");
        assertThatThrownBy(() -> late.verify(token)).isInstanceOf(TokenIssuer.Away.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "another issuer",
                "another audience",
                "no audience",
                "expired",
                "not yet",
                "no expiry",
                "no tenant",
                "another key",
                "unsigned",
                "shared secret",
                "changed",
                "no token"
            })
    void whatIsNotOursIsRefused(String what) throws Exception {
        Instant now = clock.instant();
        String good = token(claims -> claims);
        String bad =
                switch (what) {
                    case "another issuer" -> token(claims -> claims.issuer("https://evil.example.com"));
                    case "another audience" -> token(claims -> claims.audience("other"));
                    case "no audience" -> token(claims -> claims.audience((String) null));
                    case "expired" -> token(claims -> claims.expirationTime(Date.from(now.minusSeconds(61))));
                    case "not yet" -> token(claims -> claims.notBeforeTime(Date.from(now.plusSeconds(61))));
                    case "no expiry" -> token(claims -> claims.expirationTime(null));
                    case "no tenant" -> token(claims -> claims.claim("tenant", null));
                    case "another key" -> {
                        ECKey forged =
                                new ECKeyGenerator(Curve.P_256).keyID("first").generate();
                        yield signed(forged, claims().build());
                    }
                    case "unsigned" -> new PlainJWT(claims().build()).serialize();
                    case "shared secret" -> {
                        SignedJWT token = new SignedJWT(
                                new JWSHeader.Builder(JWSAlgorithm.HS256)
                                        .keyID("first")
                                        .build(),
                                claims().build());
                        token.sign(new MACSigner(FIRST.toPublicJWK().toJSONString()));
                        yield token.serialize();
                    }
                    case "changed" -> {
                        String[] parts = good.split("\\.", -1);
                        String other =
                                token(claims -> claims.claim("tenant", "other")).split("\\.", -1)[1];
                        yield parts[0] + "." + other + "." + parts[2];
                    }
                    default -> "a.b.c";
                };

        assertThatThrownBy(() -> issuer.verify(bad))
                .isInstanceOf(TokenClaims.Refused.class)
                .hasMessageNotContaining(bad);
        assertThat(issuer.verify(good).tenant()).isEqualTo("acme");
    }

    @Test
    void aTokenEndsWithItsTime() throws Exception {
        String token = token(claims -> claims);
        assertThat(issuer.verify(token).tenant()).isEqualTo("acme");

        clock.advance(Duration.ofMinutes(6).plusSeconds(1));

        assertThatThrownBy(() -> issuer.verify(token)).isInstanceOf(TokenClaims.Refused.class);
    }

    @Test
    void overHttpATokenDoesWhatItsClaimsSayAndTheBodyIsWhole() throws Exception {
        FakeDirectory directory = new FakeDirectory().tenants("acme", "other");
        Vertx vertx = Vertx.vertx();
        GuardedRole role = new GuardedRole(new Access(settings(Map.of()), directory, clock));
        try (HttpFront front =
                new HttpFront(vertx, List.of(role), new PrometheusMeterRegistry(PrometheusConfig.DEFAULT))) {
            int port = front.listen("127.0.0.1", 0);
            String reader = token(claims -> claims.claim("scope", "read"));

            assertThat(send(port, "/v1/tenants/acme/READ", reader)).isEqualTo("200 acme token of alice body");
            assertThat(send(port, "/v1/tenants/acme/MANAGE", reader)).startsWith("403");
            assertThat(send(port, "/v1/tenants/other/READ", reader)).startsWith("403");
            assertThat(send(port, "/v1/administer", reader)).startsWith("403");
            assertThat(send(port, "/v1/tenants/acme/READ", "a.b.c")).startsWith("401");

            String young = token(claims -> claims.claim("scope", "read").claim("tenant", "young"));
            assertThat(send(port, "/v1/tenants/young/READ", young)).startsWith("404");
            directory.elsewhere(() -> directory.tenants("young"));
            assertThat(send(port, "/v1/tenants/young/READ", young)).isEqualTo("200 young token of alice body");
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
    }

    private static String send(int port, String path, String token) throws Exception {
        HttpResponse<String> answer = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                                .header("Authorization", "Bearer " + token)
                                .POST(HttpRequest.BodyPublishers.ofString("body"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        return answer.statusCode() + " " + answer.body();
    }

    @Test
    void anIssuerNamedByHalvesIsASettingsFault() {
        assertThat(TokenIssuer.of(
                        Settings.load(null, Map.of(), Map.of(), List.of(AccessSettings.class))
                                .section(AccessSettings.class),
                        clock))
                .isNull();
        AccessSettings halves = Settings.load(
                        null, Map.of(), Map.of("access.oidc-issuer", ISSUER), List.of(AccessSettings.class))
                .section(AccessSettings.class);
        assertThatThrownBy(() -> TokenIssuer.of(halves, clock))
                .isInstanceOf(InvalidSettings.class)
                .hasMessageContaining("access.oidc-audience")
                .hasMessageContaining("access.oidc-jwks-url");
    }

    private AccessSettings settings(Map<String, String> more) {
        Map<String, String> all = new HashMap<>(Map.of(
                "access.oidc-issuer", ISSUER,
                "access.oidc-jwks-url",
                        "http://127.0.0.1:" + server.getAddress().getPort() + "/keys",
                "access.oidc-audience", AUDIENCE));
        all.putAll(more);
        return Settings.load(null, Map.of(), all, List.of(AccessSettings.class)).section(AccessSettings.class);
    }

    private JWTClaimsSet.Builder claims() {
        return new JWTClaimsSet.Builder()
                .issuer(ISSUER)
                .audience(AUDIENCE)
                .subject("alice")
                .claim("tenant", "acme")
                .expirationTime(Date.from(clock.instant().plus(Duration.ofMinutes(5))));
    }

    private String token(UnaryOperator<JWTClaimsSet.Builder> change) throws Exception {
        return signed(FIRST, change.apply(claims()).build());
    }

    private static String signed(ECKey key, JWTClaimsSet claims) throws Exception {
        SignedJWT token = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(key.getKeyID()).build(), claims);
        token.sign(new ECDSASigner(key));
        return token.serialize();
    }

    private static ECKey ecKey(String id) {
        try {
            return new ECKeyGenerator(Curve.P_256).keyID(id).generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }
}

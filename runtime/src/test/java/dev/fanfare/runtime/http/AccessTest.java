package dev.fanfare.runtime.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.contract.catalog.AccessKey;
import dev.fanfare.contract.catalog.AccessKey.HashedSecret;
import dev.fanfare.contract.catalog.KeyToken;
import dev.fanfare.contract.catalog.Scope;
import dev.fanfare.runtime.config.Settings;
import dev.fanfare.testkit.SeededClock;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class AccessTest {
    private final SecureRandom random = new SecureRandom();
    private final FakeDirectory directory = new FakeDirectory().tenants("acme", "other");
    private final SeededClock clock = SeededClock.at(Instant.parse("2026-11-22T12:00:00Z"));
    private final Vertx vertx = Vertx.vertx();
    private final HttpClient client = HttpClient.newHttpClient();
    private final Access access = new Access(
            Settings.load(null, Map.of(), Map.of("access.key", "configured"), List.of(AccessSettings.class))
                    .section(AccessSettings.class),
            directory,
            clock);
    private HttpFront front;
    private int port;

    @BeforeEach
    void listen() {
        front = new HttpFront(
                vertx, List.of(new GuardedRole(access)), new PrometheusMeterRegistry(PrometheusConfig.DEFAULT));
        port = front.listen("127.0.0.1", 0);
    }

    @AfterEach
    void stop() {
        front.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @ParameterizedTest
    @EnumSource(Scope.class)
    void theConfiguredKeyMayDoEverythingForEveryTenant(Scope scope) throws Exception {
        assertThat(send("acme", scope, "configured").body()).isEqualTo("acme the configured key body");
        assertThat(send("other", scope, "configured").statusCode()).isEqualTo(200);
        assertThat(administer("configured").statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({
        "EVENTS_WRITE, EVENTS_WRITE, 200", "EVENTS_WRITE, MANAGE, 403", "EVENTS_WRITE, READ, 403",
        "MANAGE, EVENTS_WRITE, 403", "MANAGE, MANAGE, 200", "MANAGE, READ, 200",
        "READ, EVENTS_WRITE, 403", "READ, MANAGE, 403", "READ, READ, 200"
    })
    void aKeyMayDoWhatItsScopesSayAndManagingIncludesReading(Scope has, Scope needs, int status) throws Exception {
        String key = make("acme", has);

        HttpResponse<String> answer = send("acme", needs, key);

        assertThat(answer.statusCode()).isEqualTo(status);
        if (status == 403) {
            assertThat(answer.body()).contains(needs.text()).doesNotContain(key);
        }
    }

    @Test
    void aTenantsKeyGetsTheSameAnswerForAnotherTenantWhetherThatExistsOrNot() throws Exception {
        String key = make("acme", Scope.values());

        HttpResponse<String> there = send("other", Scope.READ, key);
        HttpResponse<String> nowhere = send("nobody", Scope.READ, key);

        assertThat(there.statusCode()).isEqualTo(403);
        assertThat(nowhere.statusCode()).isEqualTo(403);
        assertThat(nowhere.body()).isEqualTo(there.body());
        assertThat(administer(key).statusCode()).isEqualTo(403);
    }

    @Test
    void anAdministratorsKeyIsForAllTenantsThatThereAre() throws Exception {
        String key = make(null, Scope.MANAGE);

        assertThat(send("acme", Scope.MANAGE, key).statusCode()).isEqualTo(200);
        assertThat(send("other", Scope.READ, key).statusCode()).isEqualTo(200);
        assertThat(send("nobody", Scope.READ, key).statusCode()).isEqualTo(404);
        assertThat(administer(key).statusCode()).isEqualTo(200);
    }

    @Test
    void anotherSecretForAKnownKeyIsRefused() throws Exception {
        String key = make("acme", Scope.READ);
        String forged = KeyToken.mint(KeyToken.idIn(key), random).reveal();

        assertThat(send("acme", Scope.READ, forged).statusCode()).isEqualTo(401);
        assertThat(send("acme", Scope.READ, forged).body()).doesNotContain(forged);
    }

    @Test
    void aKeyEndsAtItsTimeAndARevokedOneAtOnce() throws Exception {
        KeyToken token = token();
        long expiry = clock.millis() + 1_000;
        directory.put(key(token, "acme", expiry, Scope.READ));
        KeyToken other = token();
        AccessKey revocable = key(other, "acme", null, Scope.READ);
        directory.put(revocable);
        assertThat(send("acme", Scope.READ, token.reveal()).statusCode()).isEqualTo(200);
        assertThat(send("acme", Scope.READ, other.reveal()).statusCode()).isEqualTo(200);

        clock.advance(Duration.ofMillis(999));
        assertThat(send("acme", Scope.READ, token.reveal()).statusCode()).isEqualTo(200);
        clock.advance(Duration.ofMillis(1));
        assertThat(send("acme", Scope.READ, token.reveal()).statusCode()).isEqualTo(401);
        assertThat(send("acme", Scope.READ, token.reveal()).body()).contains("expired");

        directory.put(revocable.revoked(clock.millis()));
        assertThat(send("acme", Scope.READ, other.reveal()).statusCode()).isEqualTo(401);
        assertThat(send("acme", Scope.READ, other.reveal()).body()).contains("revoked");
    }

    @Test
    void whileAKeyIsRotatedBothSecretsWorkAndThenTheNewOneAlone() throws Exception {
        KeyToken old = token();
        AccessKey key = key(old, "acme", null, Scope.READ);
        KeyToken fresh = KeyToken.mint(key.id(), random);
        directory.put(key.rotated(KeyToken.hash(fresh.reveal()), clock.millis() + 1_000, clock.millis()));

        assertThat(send("acme", Scope.READ, old.reveal()).statusCode()).isEqualTo(200);
        assertThat(send("acme", Scope.READ, fresh.reveal()).statusCode()).isEqualTo(200);
        clock.advance(Duration.ofSeconds(1));
        assertThat(send("acme", Scope.READ, old.reveal()).statusCode()).isEqualTo(401);
        assertThat(send("acme", Scope.READ, fresh.reveal()).statusCode()).isEqualTo(200);
    }

    @Test
    void aKeyAndATenantThatWereMadeAtAnotherInstanceAreFoundWithTheBodyWhole() throws Exception {
        KeyToken token = token();
        directory.elsewhere(() -> directory.put(key(token, "acme", null, Scope.READ)));
        assertThat(send("acme", Scope.READ, token.reveal()).body())
                .isEqualTo("acme key " + token.reveal().substring(0, 20) + " body");

        directory.elsewhere(() -> directory.tenants("young"));
        assertThat(send("young", Scope.READ, "configured").statusCode()).isEqualTo(200);
    }

    @Test
    void whileKafkaIsAwayKnownKeysWorkAndWhatIsNotKnownIsNotDenied() throws Exception {
        String known = make("acme", Scope.READ);
        directory.kafkaIsAway(true);

        assertThat(send("acme", Scope.READ, known).statusCode()).isEqualTo(200);
        assertThat(send("acme", Scope.READ, "configured").statusCode()).isEqualTo(200);
        HttpResponse<String> unknown = send("acme", Scope.READ, token().reveal());
        assertThat(unknown.statusCode()).isEqualTo(503);
        assertThat(unknown.headers().firstValue("retry-after")).isPresent();
        assertThat(send("young", Scope.READ, "configured").statusCode()).isEqualTo(503);

        directory.kafkaIsAway(false);
        assertThat(send("acme", Scope.READ, token().reveal()).statusCode()).isEqualTo(401);
        assertThat(send("young", Scope.READ, "configured").statusCode()).isEqualTo(404);
    }

    @Test
    void whatCantBeAKeyIsRefusedWithoutAskingKafka() throws Exception {
        for (String text : List.of("x", "ffk_", "ffk_short_secret", "configured2", "a.b.c")) {
            assertThat(send("acme", Scope.READ, text).statusCode()).isEqualTo(401);
        }
        assertThat(directory.questions()).isZero();
    }

    private String make(String tenant, Scope... scopes) {
        KeyToken token = token();
        directory.put(key(token, tenant, null, scopes));
        return token.reveal();
    }

    private KeyToken token() {
        return KeyToken.mint(KeyToken.mintId(random), random);
    }

    private AccessKey key(KeyToken token, String tenant, Long expiresAtMillis, Scope... scopes) {
        long now = clock.millis();
        return new AccessKey(
                KeyToken.idIn(token.reveal()),
                tenant,
                "test",
                Set.of(scopes),
                List.of(new HashedSecret(KeyToken.hash(token.reveal()), now, null)),
                AccessKey.State.ACTIVE,
                null,
                null,
                expiresAtMillis,
                now,
                now);
    }

    private HttpResponse<String> send(String tenant, Scope needs, String key) throws Exception {
        return send("/v1/tenants/" + tenant + "/" + needs, key);
    }

    private HttpResponse<String> administer(String key) throws Exception {
        return send("/v1/administer", key);
    }

    private HttpResponse<String> send(String path, String key) throws Exception {
        return client.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                        .header("Authorization", "Bearer " + key)
                        .POST(BodyPublishers.ofString("body"))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }
}

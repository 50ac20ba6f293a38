package dev.fanfare.control;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jwt.JWTClaimsSet;
import dev.fanfare.control.RunningControl.Answer;
import dev.fanfare.testkit.Fresh;
import dev.fanfare.testkit.SeededClock;
import dev.fanfare.testkit.TestBroker;
import dev.fanfare.testkit.WithBroker;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who logs in to the console at an OpenID Connect issuer. */
@WithBroker
class ConsoleByIssuerIT {
    private static final String PAGE = "/console/tenants/acme";

    @TempDir
    static Path folder;

    private static TestBroker broker;
    private static OidcProvider provider;
    private static RunningControl control;

    private final SeededClock clock = SeededClock.at(Instant.now());

    @BeforeAll
    static void startTheControlPlane(@Fresh TestBroker fresh) throws Exception {
        broker = fresh;
        provider = OidcProvider.start();
        control = RunningControl.on(broker, folder, settings(provider));
    }

    @AfterAll
    static void stopTheControlPlane() {
        control.close();
        provider.close();
    }

    private static Map<String, String> settings(OidcProvider issuer) {
        return Map.of(
                "access.oidc-issuer",
                issuer.issuer(),
                "access.oidc-jwks-url",
                issuer.issuer() + "/keys",
                "access.oidc-audience",
                "fanfare",
                "control.oidc-client-id",
                OidcProvider.CLIENT);
    }

    /** Another instance, which knows another issuer and goes by this test's clock. */
    private RunningControl controlAt(OidcProvider issuer) {
        return new RunningControl(broker.bootstrapServers(), folder.resolve("keyset.json"), settings(issuer), clock)
                .start();
    }

    @Test
    void whoTheIssuerKnowsIsLoggedInAsWhatItSaysAndThatStandsInTheAudit() {
        assertThat(control.get("/console/login").body()).contains("Log in at 127.0.0.1");
        provider.says(token -> token.claim("tenant", "acme").claim("scope", "read manage"));
        ConsoleVisitor ann = new ConsoleVisitor(control);
        Answer entered = ann.get(backFromIssuer(ann));
        assertThat(entered.body()).contains("You are logged in", "token of ann", "content=\"0;url=/console\"");
        assertThat(ann.get("/console").header("location")).isEqualTo(PAGE);
        assertThat(ann.page(PAGE)).contains("token of ann");
        assertThat(ann.get("/console/tenants/other").status()).isEqualTo(403);
        ann.page(PAGE);
        assertThat(ann.post("/console/logout", "token=" + ann.token()).status()).isEqualTo(303);
        assertThat(ConsoleVisitor.loggedIn(control, "k", "acme").page(PAGE + "/audit"))
                .contains("logged in to the console", "logged out of the console", "token of ann", "127.0.0.1");
        provider.says(token -> token.claim("tenant", "*").claim("scope", List.of("read")));
        ConsoleVisitor root = new ConsoleVisitor(control);
        root.get(backFromIssuer(root));
        assertThat(root.page("/console/tenants")).contains("acme", "other", "lacks the scope ‘manage’");
    }

    @Test
    void whomTheIssuerDoesNotVouchForIsNotLetIn() {
        Map<String, UnaryOperator<JWTClaimsSet.Builder>> tokens = Map.of(
                "names no tenant", token -> token.claim("scope", "read"),
                "needs 'read'", token -> token.claim("tenant", "acme").claim("scope", "openid"),
                "audience",
                        token -> token.claim("tenant", "acme")
                                .claim("scope", "read")
                                .audience("another"),
                "nonce",
                        token -> token.claim("tenant", "acme")
                                .claim("scope", "read")
                                .claim("nonce", "old"),
                "issuer",
                        token -> token.claim("tenant", "acme")
                                .claim("scope", "read")
                                .issuer("https://evil.example"),
                "xpired",
                        token -> token.claim("tenant", "acme")
                                .claim("scope", "read")
                                .expirationTime(new Date(0)));
        tokens.forEach((why, token) -> {
            provider.says(token);
            ConsoleVisitor visitor = new ConsoleVisitor(control);
            Answer answer = visitor.get(backFromIssuer(visitor));
            assertThat(answer.status()).as(why).isEqualTo(403);
            assertThat(answer.body()).containsIgnoringCase(why);
            assertThat(visitor.get(PAGE).status()).as(why).isEqualTo(303);
        });
    }

    @Test
    void aLogInIsFinishedInTheBrowserThatBeganItAndOnlyOnce() {
        provider.says(token -> token.claim("tenant", "acme").claim("scope", "read"));
        ConsoleVisitor victim = new ConsoleVisitor(control);
        ConsoleVisitor attacker = new ConsoleVisitor(control);
        String ofAttacker = backFromIssuer(attacker);
        assertThat(victim.get(ofAttacker).body()).contains("begun in another browser");
        backFromIssuer(victim);
        assertThat(victim.get(ofAttacker).status()).isEqualTo(403);
        assertThat(attacker.get(ofAttacker).status()).isEqualTo(200);
        assertThat(attacker.get(ofAttacker).status()).as("once").isEqualTo(403);
        backFromIssuer(victim);
        assertThat(victim.get("/console/login/oidc/back?error=access_denied&state=x")
                        .status())
                .isEqualTo(403);
        assertThat(victim.get("/console/login/oidc/back?code=made-up").status()).isEqualTo(403);
    }

    @Test
    void anIssuerThatIsAwayIsAskedNowAndThenAndWhoComesMeanwhileIsToldSoAtOnce() throws Exception {
        try (OidcProvider away = OidcProvider.start();
                RunningControl own = controlAt(away)) {
            away.fails(OidcProvider.DESCRIPTION);
            ConsoleVisitor visitor = new ConsoleVisitor(own);
            for (int i = 0; i < 5; i++) {
                Answer answer = visitor.get("/console/login/oidc");
                assertThat(answer.status()).isEqualTo(503);
                assertThat(answer.header("retry-after")).isEqualTo("10");
                assertThat(answer.body()).contains("can't be asked now: log in with an API key, or try again");
            }
            assertThat(away.requests(OidcProvider.DESCRIPTION)).isEqualTo(1);

            away.mend();
            assertThat(visitor.get("/console/login/oidc").status()).isEqualTo(503);
            clock.advance(Duration.ofSeconds(10));
            assertThat(visitor.get(back(own, visitor)).status()).isEqualTo(403);
            assertThat(away.requests(OidcProvider.DESCRIPTION)).isEqualTo(2);
        }
    }

    @Test
    void whereTheIssuersKeysCantBeHadThatIsSaidAndNobodyIsBlamedOrLetIn() throws Exception {
        try (OidcProvider away = OidcProvider.start();
                RunningControl own = controlAt(away)) {
            away.says(token -> token.claim("tenant", "acme").claim("scope", "read"));
            for (String place : List.of(OidcProvider.KEYS, OidcProvider.TOKEN)) {
                ConsoleVisitor visitor = new ConsoleVisitor(own);
                String back = back(own, visitor);
                away.breaksOff(place);
                Answer answer = visitor.get(back);
                assertThat(answer.status()).as(place).isEqualTo(503);
                assertThat(answer.body())
                        .contains(place.equals(OidcProvider.KEYS) ? "The keys of 127.0.0.1" : "127.0.0.1 can't be")
                        .contains("try again in some seconds");
                assertThat(visitor.get(PAGE).status()).isEqualTo(303);
                int asked = away.requests(place);
                assertThat(visitor.get("/console/login/oidc").status()).isEqualTo(503);
                assertThat(away.requests(place)).isEqualTo(asked);

                away.mend();
                clock.advance(Duration.ofSeconds(10));
                assertThat(visitor.get(back(own, visitor)).status()).isEqualTo(200);
            }
        }
    }

    @Test
    void aSessionByTheIssuerEndsWithItsTenantAndDoesNotOpenALaterOneOfThatName() {
        assertThat(control.put("/v1/tenants/brief", "{}").status()).isEqualTo(201);
        provider.says(token -> token.claim("tenant", "brief").claim("scope", "read manage"));
        ConsoleVisitor ann = new ConsoleVisitor(control);
        assertThat(ann.get(backFromIssuer(ann)).status()).isEqualTo(200);
        ann.page("/console/tenants/brief");

        assertThat(control.delete("/v1/tenants/brief").status()).isEqualTo(204);
        assertThat(ann.get("/console/tenants/brief").header("location")).isEqualTo("/console/login");
        ConsoleVisitor tooLate = new ConsoleVisitor(control);
        Answer refused = tooLate.get(backFromIssuer(tooLate));
        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.body()).contains("tenant 'brief', which is not known here");

        assertThat(control.put("/v1/tenants/brief", "{}").status()).isEqualTo(201);
        assertThat(ann.get("/console/tenants/brief").header("location")).isEqualTo("/console/login");
        ConsoleVisitor again = new ConsoleVisitor(control);
        assertThat(again.get(backFromIssuer(again)).status()).isEqualTo(200);
        again.page("/console/tenants/brief");
    }

    /** Begins a log-in, and goes to the issuer; where that sends the browser. */
    private static String backFromIssuer(ConsoleVisitor visitor) {
        return back(control, visitor);
    }

    private static String back(RunningControl control, ConsoleVisitor visitor) {
        Answer begun = visitor.get("/console/login/oidc");
        assertThat(begun.status()).as(begun.body()).isEqualTo(303);
        assertThat(begun.header("location")).contains("/authorize?").contains("code_challenge_method=S256");
        assertThat(begun.header("set-cookie")).contains("HTTPOnly", "SameSite=Lax", "Path=/console/login/oidc");
        URI back = URI.create(control.follow(URI.create(begun.header("location"))));
        return back.getRawPath() + "?" + back.getRawQuery();
    }
}

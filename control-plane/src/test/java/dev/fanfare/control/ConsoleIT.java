package dev.fanfare.control;

import static dev.fanfare.control.RunningControl.SUBSCRIPTIONS;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fanfare.contract.delivery.Attempt;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.control.RunningControl.Answer;
import dev.fanfare.testkit.Fresh;
import dev.fanfare.testkit.TestBroker;
import dev.fanfare.testkit.WithBroker;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@WithBroker
class ConsoleIT {
    private static final String PAGE = "/console/tenants/acme";
    private static final String ATTACK = "</span><script>alert(1)</script><img src=x onerror=\"alert('2')\">";

    @TempDir
    static Path folder;

    private static TestBroker broker;
    private static RunningControl control;

    @BeforeAll
    static void startTheControlPlane(@Fresh TestBroker fresh) throws Exception {
        broker = fresh;
        control = RunningControl.on(broker, folder);
    }

    @AfterAll
    static void stopTheControlPlane() {
        control.close();
    }

    @Test
    void whoIsNotLoggedInIsSentToTheLoginPageAndSeesNothing() {
        assertThat(control.get("/console").header("location"))
                .as("no tenant's name")
                .isEqualTo("/console/login");
        assertThat(get("/console", session()).header("location")).isEqualTo(PAGE);
        Answer page = get(PAGE, "");
        assertThat(page.status()).isEqualTo(303);
        assertThat(page.header("location")).isEqualTo("/console/login");
        assertThat(page.body()).isEmpty();
        assertThat(get(PAGE, "fanfare_session=made-up").status()).isEqualTo(303);
        Answer refreshed = control.send("GET", PAGE, null, Map.of("HX-Request", "true"));
        assertThat(refreshed.status()).isEqualTo(401);
        assertThat(refreshed.header("hx-redirect")).isEqualTo("/console/login");
        assertThat(get("/console/login", "").status()).isEqualTo(200);
    }

    @Test
    void theCookieOfALoginIsOutOfReachOfScriptsAndOtherSites() {
        Answer answer = logIn("k", Map.of());
        assertThat(answer.status()).isEqualTo(303);
        assertThat(answer.header("set-cookie"))
                .containsIgnoringCase("HttpOnly")
                .contains("SameSite=Strict", "Path=/console");
        assertThat(logIn("k", Map.of("X-Forwarded-Proto", "https")).header("set-cookie"))
                .contains("Secure");
    }

    @Test
    void aWrongKeyLogsNobodyIn() {
        for (String key : List.of("", "K", "wrong", "%00")) {
            Answer answer = logIn(key, Map.of());
            assertThat(answer.status()).isEqualTo(401);
            assertThat(answer.header("set-cookie")).isEmpty();
            assertThat(answer.body()).contains("not known");
        }
    }

    @Test
    void anAdministratorsKeyOpensItUntilTheKeyIsRevoked() {
        Answer made = control.post("/v1/keys", "{\"name\":\"ops\",\"scopes\":[\"manage\"]}");
        Answer answer = logIn(made.json().path("key").asText(), Map.of());
        assertThat(answer.status()).isEqualTo(303);
        String cookie = cookie(answer);
        assertThat(get(PAGE, cookie).status()).isEqualTo(200);
        assertThat(get("/console/tenants", cookie).body()).contains("acme", "other", "ops");

        control.send("POST", "/v1/keys/" + made.json().path("id").asText() + "/revoke", null, Map.of());
        assertThat(get(PAGE, cookie).status()).isEqualTo(303);
    }

    @Test
    void aTenantsKeyOpensItsTenantsPagesAlone() {
        String cookie = cookieOf("acme", "manage");
        assertThat(get("/console", cookie).header("location")).isEqualTo(PAGE);
        assertThat(get(PAGE, cookie).body()).doesNotContain("/console/tenants/other");
        assertThat(get(PAGE + "/keys", cookie).status()).isEqualTo(200);
        for (String path :
                List.of("/console/tenants/other", "/console/tenants/other/keys", "/console/tenants/nobody")) {
            Answer refused = get(path, cookie);
            assertThat(refused.status()).as(path).isEqualTo(403);
            assertThat(refused.body()).contains("which is for tenant 'acme' alone");
        }
        assertThat(get("/console/tenants", cookie).body()).contains("This is for administrators");
    }

    @Test
    void whoMayOnlyLookIsToldSoAndWhatIsMissing() {
        String cookie = cookieOf("acme", "read");
        String page = get(PAGE + "/subscriptions", cookie).body();
        assertThat(page).contains("lacks the scope ‘manage’").doesNotContain("New subscription");
        Answer refused = post(
                PAGE + "/subscriptions", "url=https%3A%2F%2Fa.example&token=" + token(page), Map.of("Cookie", cookie));
        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.body())
                .contains("This needs the scope 'manage'", "ffk_", "which has 'read'")
                .contains("can make you a key that has it");
    }

    @Test
    void aKeyThatMayOnlySendLogsNobodyInAndSaysWhatItLacks() {
        Answer made = control.post("/v1/tenants/acme/keys", "{\"name\":\"x\",\"scopes\":[\"events:write\"]}");
        Answer answer = logIn(made.json().path("key").asText(), Map.of());
        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.header("set-cookie")).isEmpty();
        assertThat(answer.body()).contains("events:write", "needs 'read' or 'manage'");
    }

    @Test
    void aFormOfAnotherSiteIsRefused() {
        assertThat(logIn("k", Map.of("Origin", "https://evil.example")).status())
                .isEqualTo(403);
        assertThat(logIn("k", Map.of("Origin", "null")).status()).isEqualTo(403);
        assertThat(logIn("k", Map.of("Sec-Fetch-Site", "cross-site")).status()).isEqualTo(403);
        assertThat(logIn("k", Map.of("Sec-Fetch-Site", "same-site")).status()).isEqualTo(403);
        assertThat(logIn("k", Map.of("Sec-Fetch-Site", "same-origin")).status()).isEqualTo(303);
    }

    @Test
    void loggingOutEndsTheSessionAndNeedsThePagesToken() {
        String cookie = session();
        Answer page = get(PAGE, cookie);
        assertThat(page.status()).isEqualTo(200);
        post("/console/logout", "token=wrong", Map.of("Cookie", cookie));
        assertThat(get(PAGE, cookie).status()).isEqualTo(200);
        post("/console/logout", "token=" + token(page.body()), Map.of("Cookie", cookie));
        assertThat(get(PAGE, cookie).status()).isEqualTo(303);
    }

    @Test
    void whatIsNotThereAndWhatFailsIsToldAsAPageToWhoIsLoggedInAndAsAProblemByTheApi() {
        ConsoleVisitor visitor = ConsoleVisitor.loggedIn(control, "k", "acme");
        for (String path : List.of(
                "/console/nowhere",
                "/console/tenants/nobody",
                PAGE + "/subscriptions/none",
                PAGE + "/event-types/x.y")) {
            Answer answer = visitor.get(path);
            assertThat(answer.status()).as(path).isEqualTo(404);
            assertThat(answer.header("content-type")).as(path).startsWith("text/html");
            assertThat(answer.body()).as(path).contains("role=\"alert\"", "Log out", "<small>404</small>");
        }
        Answer tooMuch = visitor.post(PAGE + "/subscriptions", "token=" + "x".repeat(300_000));
        assertThat(tooMuch.status()).isEqualTo(413);
        assertThat(tooMuch.body()).contains("role=\"alert\"");
        assertThat(get("/console/nowhere", "").header("location")).isEqualTo("/console/login");
        assertThat(control.get(SUBSCRIPTIONS + "/none").header("content-type")).isEqualTo("application/problem+json");
    }

    @Test
    void whateverSubscribersAndEndpointsSayIsTextOnThePage() {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("url", "https://example.com/?q='><b>&lt;").put("description", ATTACK);
        body.putArray("eventTypes").add("order.*");
        body.putArray("filters").addObject().putObject("exact").put("subject", ATTACK);
        Answer refused = control.put(SUBSCRIPTIONS + "/hostile", body.toString());
        assertThat(refused.faultyFields()).as("such a URL isn't one").containsExactly("url");
        body.put("url", "https://example.com/?q='&amp;lt;%3Cscript%3E");
        assertThat(control.put(SUBSCRIPTIONS + "/hostile", body.toString()).status())
                .isEqualTo(201);
        Attempt attempt = new Attempt(
                "dlv_x",
                "acme",
                "hostile",
                ATTACK,
                ATTACK,
                2,
                "retry",
                System.currentTimeMillis(),
                1_234,
                500,
                ATTACK,
                1_000L,
                ATTACK,
                null);
        broker.send(new ProducerRecord<>(Topics.ATTEMPTS, "acme/hostile".getBytes(UTF_8), attempt.toJson()));
        String cookie = session();
        await().untilAsserted(() -> assertThat(get(PAGE, cookie).body()).contains("1.2 s"));
        String page = get(PAGE, cookie).body();
        assertThat(page)
                .contains(
                        "hostile",
                        "&lt;script&gt;alert(1)",
                        "[{\"exact\":{\"subject\":\"&lt;/span&gt;",
                        "title=\"&lt;/span>&lt;script>",
                        "events?id=%3C%2Fspan%3E%3Cscript",
                        "onerror=&#34;alert(",
                        "&amp;amp;lt;%3Cscript%3E")
                .doesNotContain("<script>alert")
                .doesNotContain("<img")
                .doesNotContain("onerror=\"alert('2')\">\"")
                .doesNotContain("whsec_");
        assertThat(Pattern.compile("<script").matcher(page).results().count())
                .as("only our own script")
                .isEqualTo(1);
    }

    @Test
    void eachTenantHasItsOwnPage() {
        control.put(SUBSCRIPTIONS + "/of-acme", "{\"url\":\"https://acme.example/\",\"eventTypes\":[\"*\"]}");
        String cookie = session();
        assertThat(get(PAGE, cookie).body()).contains("of-acme", "https://acme.example/");
        assertThat(get("/console/tenants/other", cookie).body()).doesNotContain("of-acme");
        assertThat(get("/console/tenants/nobody", cookie).status()).isEqualTo(404);
    }

    @Test
    void thePolicyAllowsNothingFromElsewhere() {
        for (String path : List.of("/console/login", "/docs")) {
            Answer page = control.get(path);
            assertThat(page.status()).isEqualTo(200);
            assertThat(page.header("content-security-policy"))
                    .contains("frame-ancestors 'none'")
                    .containsPattern("^default-src '(self|none)'")
                    .doesNotContain("unsafe-eval")
                    .doesNotContain("http");
            assertThat(page.body())
                    .doesNotContain("https://")
                    .doesNotContain(" style=")
                    .doesNotContain("onclick");
            Matcher files = Pattern.compile("(?:src|href)=\"(/[^\"]+)\"").matcher(page.body());
            while (files.find()) {
                assertThat(control.get(files.group(1)).status())
                        .as(files.group(1))
                        .isIn(200, 303);
            }
        }
        assertThat(control.get("/openapi.json").json().path("openapi").asText()).isEqualTo("3.1.0");
        assertThat(control.get("/docs/index.html").status()).isEqualTo(404);
        assertThat(control.get("/docs/..%2f..%2fopenapi.json").status()).isEqualTo(404);
    }

    private static String session() {
        return cookie(logIn("k", Map.of()));
    }

    private static String cookieOf(String tenant, String scope) {
        Answer made =
                control.post("/v1/tenants/" + tenant + "/keys", "{\"name\":\"x\",\"scopes\":[\"" + scope + "\"]}");
        return cookie(logIn(made.json().path("key").asText(), Map.of()));
    }

    private static String cookie(Answer login) {
        return login.header("set-cookie").split(";", 2)[0];
    }

    private static String token(String page) {
        Matcher token = Pattern.compile("name=\"token\" value=\"([^\"]+)\"").matcher(page);
        assertThat(token.find()).isTrue();
        return token.group(1);
    }

    private static Answer logIn(String key, Map<String, String> headers) {
        return post("/console/login", "key=" + key, headers);
    }

    private static Answer post(String path, String form, Map<String, String> headers) {
        Map<String, String> all = new HashMap<>(headers);
        all.put("content-type", "application/x-www-form-urlencoded");
        all.put("authorization", "");
        return control.send("POST", path, form, all);
    }

    private static Answer get(String path, String cookie) {
        return control.send("GET", path, null, Map.of("authorization", "", "cookie", cookie));
    }
}

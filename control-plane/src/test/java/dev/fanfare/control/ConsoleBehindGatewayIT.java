package dev.fanfare.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.control.ConsoleVisitor.Gateway;
import dev.fanfare.control.RunningControl.Answer;
import dev.fanfare.testkit.Fresh;
import dev.fanfare.testkit.TestBroker;
import dev.fanfare.testkit.WithBroker;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The console below a path of a host that has others: whether the gateway takes the prefix off, or passes it on. */
@WithBroker
class ConsoleBehindGatewayIT {
    private static final String PREFIX = "/hooks/fanfare";
    private static final String PAGE = PREFIX + "/console/tenants/acme";
    private static final Pattern PATH = Pattern.compile("(href|src|action|formaction|hx-get|url)=\"?([^\"]*)\"");

    @TempDir
    private Path folder;

    private OidcProvider provider;
    private TestBroker broker;

    @BeforeEach
    void startAnIssuer(@Fresh TestBroker fresh) throws Exception {
        broker = fresh;
        provider = OidcProvider.start();
    }

    @AfterEach
    void stopTheIssuer() {
        provider.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void everyLinkFormAndRedirectAndCookieLeadsBackThroughTheGateway(boolean isTaken) throws Exception {
        try (RunningControl control = RunningControl.on(broker, folder, settings(isTaken))) {
            ConsoleVisitor visitor = new ConsoleVisitor(control, new Gateway(PREFIX, isTaken));
            assertThat(visitor.get(PREFIX + "/console").header("location")).isEqualTo(PREFIX + "/console/login");
            assertThat(paths(visitor.page(PREFIX + "/console/login")))
                    .contains(PREFIX + "/console/login", PREFIX + "/console/console.css");

            Answer entered = visitor.post(PREFIX + "/console/login", "key=k");
            assertThat(entered.header("location")).isEqualTo(PREFIX + "/console");
            assertThat(entered.header("set-cookie")).contains("Path=" + PREFIX + "/console;");
            visitor.page(PAGE + "/subscriptions");
            assertThat(visitor.act(
                            PAGE + "/subscriptions", "&url=https%3A%2F%2Fa.example%2F&eventTypes=order.*&maxInFlight="))
                    .contains("https://a.example/");
            visitor.page(PAGE + "/event-types");
            visitor.act(PAGE + "/event-types", "&name=order.created&description=");
            visitor.page(PAGE + "/keys");
            String keys = visitor.act(PAGE + "/portal-links", "&scope=read&for=hour");

            Set<String> seen = follow(visitor, PREFIX + "/console/tenants");
            assertThat(seen)
                    .contains(PAGE + "/audit", PAGE + "/dead-letters", PAGE + "/event-types/order.created")
                    .contains(PREFIX + "/docs", PREFIX + "/console/htmx.js", PREFIX + "/console/icon.svg")
                    .anyMatch(path -> path.startsWith(PAGE + "/subscriptions/"))
                    .allMatch(path -> path.startsWith(PREFIX + "/"));

            Matcher link = Pattern.compile("http://127.0.0.1:\\d+(" + PREFIX + "/console/portal[?]link=[\\w-]+)<")
                    .matcher(keys);
            assertThat(link.find()).as(keys).isTrue();
            ConsoleVisitor guest = new ConsoleVisitor(control, new Gateway(PREFIX, isTaken));
            assertThat(paths(guest.page(link.group(1)))).contains(PREFIX + "/console/portal");
            assertThat(guest.post(
                                    PREFIX + "/console/portal",
                                    "link=" + link.group(1).split("=", 2)[1])
                            .header("location"))
                    .isEqualTo(PREFIX + "/console");
            assertThat(guest.get(PREFIX + "/console/tenants/acme/keys").body()).contains(PREFIX + "/console\">To the");
            assertThat(guest.get(PREFIX + "/console/nowhere").body()).contains(PREFIX + "/console\">To the");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theIssuerAndTheApiAndPagesThatRefreshThemselvesSendBrowsersThroughTheGateway(boolean isTaken)
            throws Exception {
        try (RunningControl control = RunningControl.on(broker, folder, settings(isTaken))) {
            Gateway gateway = new Gateway(PREFIX, isTaken);
            provider.says(token -> token.claim("tenant", "acme").claim("scope", "read"));
            ConsoleVisitor ann = new ConsoleVisitor(control, gateway);
            Answer begun = ann.get(PREFIX + "/console/login/oidc");
            assertThat(begun.header("set-cookie")).contains("Path=" + PREFIX + "/console/login/oidc;");
            URI back = URI.create(control.follow(URI.create(begun.header("location"))));
            assertThat(back.getRawPath()).isEqualTo(PREFIX + "/console/login/oidc/back");
            String entered = ann.page(back.getRawPath() + "?" + back.getRawQuery());
            assertThat(entered).contains("content=\"0;url=" + PREFIX + "/console\"");

            Map<String, String> told = isTaken ? Map.of("X-Forwarded-Prefix", PREFIX) : Map.of();
            String before = isTaken ? "" : PREFIX;
            Map<String, String> refresh = new HashMap<>(told);
            refresh.put("HX-Request", "true");
            assertThat(control.send("GET", before + "/console/tenants/acme", null, refresh)
                            .header("hx-redirect"))
                    .isEqualTo(PREFIX + "/console/login");
            assertThat(control.send("POST", before + "/v1/tenants/acme/portal-links", null, told)
                            .json()
                            .path("path")
                            .asText())
                    .startsWith(PREFIX + "/console/portal?link=");
            Map<String, String> json = new HashMap<>(told);
            json.put("content-type", "application/json");
            assertThat(control.send(
                                    "POST",
                                    before + "/v1/tenants/acme/keys",
                                    "{\"name\":\"x\",\"scopes\":[\"read\"]}",
                                    json)
                            .header("location"))
                    .startsWith(PREFIX + "/v1/tenants/acme/keys/");
        }
    }

    private Map<String, String> settings(boolean isTaken) {
        return Map.of(
                "access.oidc-issuer",
                provider.issuer(),
                "access.oidc-jwks-url",
                provider.issuer() + "/keys",
                "access.oidc-audience",
                "fanfare",
                "control.oidc-client-id",
                OidcProvider.CLIENT,
                isTaken ? "http.trust-forwarded-prefix" : "http.path-prefix",
                isTaken ? "true" : PREFIX);
    }

    /** All that pages name, from one on; those that are pages or files are fetched. */
    private static Set<String> follow(ConsoleVisitor visitor, String first) {
        Set<String> seen = new HashSet<>(Set.of(first));
        Deque<String> unread = new ArrayDeque<>(seen);
        while (!unread.isEmpty()) {
            Answer answer = visitor.get(unread.pop());
            if (answer.status() == 303) {
                answer = visitor.get(answer.header("location"));
            }
            assertThat(answer.status()).as(answer.body()).isEqualTo(200);
            String page = answer.body();
            if (page.contains("<title>") && page.contains("· Fanfare")) {
                Matcher found = PATH.matcher(page);
                while (found.find()) {
                    String path = found.group(2).replace("&amp;", "&");
                    boolean isToBeFetched = !found.group(1).endsWith("action");
                    if (path.startsWith("/") && seen.add(path) && isToBeFetched) {
                        unread.add(path);
                    } else {
                        assertThat(path).as("on a page").startsWith("/");
                    }
                }
            }
        }
        return seen;
    }

    private static Set<String> paths(String page) {
        Set<String> paths = new HashSet<>();
        Matcher found = PATH.matcher(page);
        while (found.find()) {
            paths.add(found.group(2));
        }
        return paths;
    }
}

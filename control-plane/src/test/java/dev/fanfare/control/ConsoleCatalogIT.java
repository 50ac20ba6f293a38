package dev.fanfare.control;

import static dev.fanfare.control.RunningControl.SUBSCRIPTIONS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.control.RunningControl.Answer;
import dev.fanfare.testkit.Fresh;
import dev.fanfare.testkit.TestBroker;
import dev.fanfare.testkit.WithBroker;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Route;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys, tenants, event types and links for subscribers in the console. */
@WithBroker
class ConsoleCatalogIT {
    private static final String TENANT = "/console/tenants/acme";

    @TempDir
    static Path folder;

    private static RunningControl control;
    private ConsoleVisitor visitor;

    @BeforeAll
    static void startTheControlPlane(@Fresh TestBroker fresh) throws Exception {
        control = RunningControl.on(fresh, folder);
    }

    @AfterAll
    static void stopTheControlPlane() {
        control.close();
    }

    @BeforeEach
    void logIn() {
        visitor = ConsoleVisitor.loggedIn(control, "k", "acme");
    }

    @Test
    void aKeyIsMadeShownOnceRotatedAndRevokedAndAllOfItIsAudited() {
        String keys = TENANT + "/keys";
        assertThat(visitor.act(keys, "&name=shop"))
                .as("refused")
                .contains("scopes is required")
                .doesNotContain("ffk_");
        assertThat(visitor.act(keys, "&name=shop&scope=read&days=ever"))
                .as("not for ever")
                .contains("expiresAt must be a moment")
                .doesNotContain("ffk_");
        String made = visitor.act(keys, "&name=shop+backend&scope=read&scope=events%3Awrite&days=30");
        assertThat(made).contains("shown this once", "shop backend", "events:write, read");
        String first = secretOn(made);
        assertThat(visitor.page(keys)).doesNotContain(first).contains("shop backend");
        assertThat(attemptsWith(first)).isEqualTo(200);
        String key = keys + "/" + first.substring(4, 20);

        String second = secretOn(visitor.act(key + "/rotate", ""));
        assertThat(second).isNotEqualTo(first);
        assertThat(visitor.page(keys)).contains("2 secrets are taken");
        assertThat(attemptsWith(second)).isEqualTo(200);

        assertThat(visitor.act(key + "/explode", "")).contains("no such action");
        assertThat(visitor.act(key + "/revoke", "")).contains("“shop backend” is refused from now on", "revoked");
        assertThat(attemptsWith(second)).isEqualTo(401);
        assertThat(visitor.act(key + "/rotate", "")).contains("no longer accepted");
        assertThat(visitor.page(TENANT + "/audit"))
                .contains("key created", "key rotated", "key revoked", "console, with the configured key")
                .doesNotContain(first);
    }

    @Test
    void tenantsAreCreatedChangedAndDeletedByForms() {
        String tenants = "/console/tenants";
        assertThat(visitor.act(tenants, "&id=No+Name")).contains("id must be");
        assertThat(visitor.act(tenants, "&id=newcomer&description=Sells+books&eventTypes=strict"))
                .contains("is created", "Sells books", "of described types");
        assertThat(visitor.act(tenants + "/newcomer/change", "&description=&eventTypes=open"))
                .contains("is changed")
                .doesNotContain("Sells books");
        assertThat(visitor.page("/console/tenants/newcomer/audit")).contains("tenant created", "tenant changed");
        assertThat(visitor.act(tenants + "/acme/delete", "")).contains("is in the settings");
        assertThat(visitor.act(tenants + "/newcomer/explode", "")).contains("no such action");
        assertThat(visitor.act(tenants + "/newcomer/delete", "")).contains("is deleted");
        assertThat(control.get("/v1/tenants/newcomer").status()).isEqualTo(404);
        assertThat(visitor.act("/console/keys", "&name=all+seeing&scope=read")).contains("ffk_", "all seeing");
    }

    @Test
    void eventTypesAreShownWithSchemasExamplesAndWhatWillGo() {
        String types = "/v1/tenants/acme/event-types";
        assertThat(visitor.page(TENANT + "/event-types")).contains("None are described");
        control.put(types + "/order.placed", "{\"description\":\"Somebody <b>bought</b>\"}");
        for (int version = 1; version <= 2; version++) {
            String body = "{\"schema\":{\"type\":\"object\",\"title\":\"Order %d\"},\"example\":{\"total\":%d}%s}"
                    .formatted(
                            version,
                            version,
                            version == 1
                                    ? ",\"deprecation\":{\"notice\":\"use 2\",\"endsAt\":\"2100-01-31T00:00:00Z\"}"
                                    : "");
            assertThat(control.put(types + "/order.placed/versions/" + version, body)
                            .status())
                    .isEqualTo(200);
        }
        assertThat(visitor.page(TENANT + "/event-types"))
                .contains("order.placed", "Somebody &lt;b&gt;bought", "this tenant is open");
        assertThat(visitor.page(TENANT + "/event-types/order.placed"))
                .contains("Order 1", "Order 2", "\"total\" : 1", "and to go on 31 Jan 2100: use 2")
                .contains("Version 2 <small>", "the newest");
        assertThat(visitor.page("/console/tenants/other/event-types")).doesNotContain("order.placed");
    }

    @Test
    void anEventTypeIsCreatedGetsVersionsAndNoticesAndIsDeletedByForms() {
        String types = TENANT + "/event-types";
        String api = "/v1/tenants/acme/event-types/order.shipped";
        assertThat(visitor.act(types, "&name=order..&description=Left+us"))
                .as("refused, and what was typed is still there")
                .contains("name must be", "value=\"order..\"", "value=\"Left us\"");
        assertThat(visitor.act(types, "&name=order.shipped&description=Left+us"))
                .contains("Created.", "Left us", "Version 1. A version is never changed");
        assertThat(visitor.act(types, "&name=order.shipped")).contains("already");

        String versions = types + "/order.shipped/versions";
        assertThat(visitor.act(versions, "&number=1&schema=%7B%22type%22%3A&example=7"))
                .as("refused")
                .contains("is not valid JSON", "{\"type\":</textarea>", "<details class=\"wide\" open>");
        assertThat(visitor.act(versions, "&number=0&schema=%7B%7D"))
                .as("a number that the API refuses, too")
                .contains("version must be")
                .doesNotContain("is there, for good");
        assertThat(visitor.act(versions, "&number=1&schema=%7B%22type%22%3A%22string%22%7D&example=7"))
                .contains("example ")
                .doesNotContain("is there, for good");
        assertThat(visitor.act(versions, "&number=1&schema=%7B%22type%22%3A%22string%22%7D&example=%22a%22"))
                .contains("Version 1 is there, for good.", "Version 2. A version is never changed");
        assertThat(visitor.act(versions, "&number=1&schema=%7B%22type%22%3A%22number%22%7D"))
                .as("a version is never changed in place")
                .contains("is never changed");
        assertThat(control.get(api + "/versions/1").json().at("/schema/type").asText())
                .isEqualTo("string");
        String large = "%7B%22description%22%3A%22" + "x".repeat(100_000) + "%22%7D";
        assertThat(visitor.act(versions, "&number=2&schema=" + large)).contains("Version 2 is there");

        assertThat(visitor.act(versions + "/1/deprecate", "&notice=use+2&ends=2100-01-31"))
                .contains("and to go on 31 Jan 2100: use 2", "value=\"2100-01-31\"");
        assertThat(control.get(api + "/versions/1").json().at("/example").asText())
                .as("all else stays")
                .isEqualTo("a");
        assertThat(visitor.act(versions + "/1/deprecate", "&ends=2100-01-31")).contains("deprecation.notice");
        assertThat(visitor.act(versions + "/1/deprecate", "")).contains("The notice is gone.");
        assertThat(visitor.act(versions + "/9/deprecate", "&notice=x")).contains("has no version 9");
        assertThat(visitor.act(types + "/order.shipped/change", "&description=Is+on+its+way&notice=use+parcel.sent"))
                .contains("Changed.", "Is on its way", "Deprecated: use parcel.sent");
        assertThat(control.get(api).json().path("versions")).hasSize(2);
        assertThat(visitor.act(types + "/order.shipped/delete", "")).contains("is deleted");
        assertThat(control.get(api).status()).isEqualTo(404);
        assertThat(visitor.page(TENANT + "/audit"))
                .contains("event type created", "event type version 1 created", "event type version 1 changed")
                .contains("event type changed", "event type deleted");
    }

    @Test
    void aPortalLinkOpensOneTenantsPagesAndNoOthersOnAnyRouteThereIs() {
        control.put(SUBSCRIPTIONS + "/visited", "{\"url\":\"https://acme.example/\",\"eventTypes\":[\"*\"]}");
        visitor.act(TENANT + "/dead-letters/replay", "&which=all");
        await().atMost(Duration.ofMinutes(2)).untilAsserted(() -> assertThat(visitor.page(TENANT + "/dead-letters"))
                .contains("Replay done", "the configured key from 127.0.0.1: "));
        String shown = visitor.act(TENANT + "/portal-links", "&scope=manage&for=hour");
        Matcher found = Pattern.compile("/console/portal[?]link=([\\w-]+)").matcher(shown);
        assertThat(found.find()).as(shown).isTrue();
        String link = found.group(1);
        assertThat(visitor.page(TENANT + "/audit")).contains("portal link made", "acme/portal-link/");

        Answer offer = control.send("GET", "/console/portal?link=" + link, null, Map.of("authorization", ""));
        assertThat(offer.body()).contains("Webhooks of acme");
        assertThat(offer.header("set-cookie")).as("looking at it opens nothing").isEmpty();
        for (String other : List.of("", "x", link.substring(1))) {
            Answer refused = new ConsoleVisitor(control).post("/console/portal", "link=" + other);
            assertThat(refused.status()).isEqualTo(403);
            assertThat(refused.body()).contains("This link has ended");
        }
        visitor = new ConsoleVisitor(control);
        assertThat(visitor.post("/console/portal", "link=" + link).status()).isEqualTo(303);

        String own = visitor.page(TENANT);
        assertThat(own)
                .contains("visited")
                .doesNotContain("/console/tenants/other", "href=\"/console/tenants\"", "/acme/keys", "/acme/audit");
        assertThat(visitor.page(TENANT + "/dead-letters"))
                .as("who began it is not for guests")
                .contains("Replay ")
                .doesNotContain("the configured key");
        assertThat(visitor.act(TENANT + "/subscriptions/visited/pause", "")).contains("Paused.");
        assertThat(control.get("/v1/tenants/acme/attempts").status()).isEqualTo(200);

        int walked = 0;
        for (Route route : control.routes()) {
            String path = route.getPath();
            if (path == null || !path.startsWith("/console/") || path.startsWith("/console/log")) {
                continue;
            }
            boolean ofTenant = path.contains(":tenant");
            boolean forOperators =
                    path.matches("/console/(keys|tenants$|tenants/:tenant/(keys|audit|portal-links|:action)).*");
            if (!ofTenant && !forOperators) {
                continue; // its files, and the link itself
            }
            for (String tenant : List.of("other", "nobody", forOperators ? "acme" : "other")) {
                String there = path.replace(":tenant", tenant).replaceAll(":\\w+", "thing");
                for (HttpMethod method : route.methods()) {
                    Answer answer = method == HttpMethod.GET
                            ? visitor.get(there)
                            : visitor.post(there, "token=" + visitor.token());
                    assertThat(answer.status()).as(method + " " + there).isEqualTo(403);
                    assertThat(answer.body()).as(method + " " + there).contains("Not for you");
                    walked++;
                }
            }
        }
        assertThat(walked).isGreaterThan(40);
    }

    @Test
    void aPortalLinkDoesNotOpenALaterTenantOfTheSameName() {
        control.put("/v1/tenants/passing", "{}");
        String link = control.post("/v1/tenants/passing/portal-links", "{}")
                .json()
                .path("path")
                .asText();
        assertThat(visitor.page(link)).contains("Webhooks of passing");
        control.patch("/v1/tenants/passing", "{\"description\":\"still the same\"}");
        assertThat(visitor.page(link)).contains("Webhooks of passing");
        assertThat(control.delete("/v1/tenants/passing").status()).isEqualTo(204);
        await().until(() -> control.get(link).body().contains("This link has ended"));
        control.put("/v1/tenants/passing", "{}");
        await("there is one again").untilAsserted(() -> visitor.page("/console/tenants/passing"));
        assertThat(control.get(link).body()).contains("This link has ended");
    }

    private static String secretOn(String page) {
        Matcher found = Pattern.compile("ffk_[a-z0-9]{16}_[a-z0-9]{52}").matcher(page);
        assertThat(found.find()).as(page).isTrue();
        return found.group();
    }

    private static int attemptsWith(String key) {
        return control.send("GET", "/v1/tenants/acme/attempts", null, Map.of("authorization", "Bearer " + key))
                .status();
    }
}

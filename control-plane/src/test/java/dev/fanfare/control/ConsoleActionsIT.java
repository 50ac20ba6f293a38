package dev.fanfare.control;

import static dev.fanfare.control.RunningControl.SUBSCRIPTIONS;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fanfare.contract.delivery.DeadLetterRecords;
import dev.fanfare.contract.delivery.Delivery;
import dev.fanfare.contract.delivery.DeliveryRecords;
import dev.fanfare.contract.delivery.Progress;
import dev.fanfare.contract.delivery.SubscriptionVersion;
import dev.fanfare.contract.delivery.Verdict;
import dev.fanfare.contract.problem.ProblemException;
import dev.fanfare.contract.run.Actor;
import dev.fanfare.contract.run.Run;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.control.RunningControl.Answer;
import dev.fanfare.control.deadletter.DeadLetterDesk;
import dev.fanfare.retry.dead.DeadLetterFilter;
import dev.fanfare.runtime.kafka.KafkaConnection;
import dev.fanfare.testkit.Fresh;
import dev.fanfare.testkit.TestBroker;
import dev.fanfare.testkit.WithBroker;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Route;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@WithBroker
class ConsoleActionsIT {
    private static final String TENANT = "/console/tenants/acme";
    private static final Pattern TOKEN = Pattern.compile("name=\"token\" value=\"([^\"]+)\"");

    @TempDir
    static Path folder;

    private static TestBroker broker;
    private static RunningControl control;
    private String cookie;
    private String token;

    @BeforeAll
    static void startTheControlPlane(@Fresh TestBroker fresh) throws Exception {
        broker = fresh;
        control = RunningControl.on(broker, folder);
    }

    @AfterAll
    static void stopTheControlPlane() {
        control.close();
    }

    @BeforeEach
    void logIn() {
        cookie = post("/console/login", "key=k", "").header("set-cookie").split(";", 2)[0];
        Matcher found = TOKEN.matcher(page(TENANT));
        assertThat(found.find()).isTrue();
        token = found.group(1);
    }

    @Test
    void aButtonWithoutTheSessionsTokenOrFromAnotherSiteDoesNothing() {
        String path = subscribe("guarded");
        for (String form : List.of("", "token=", "token=wrong")) {
            assertThat(post(path + "/pause", form, cookie).status()).isEqualTo(403);
        }
        assertThat(post(path + "/pause", "token=" + token, "").status())
                .as("not logged in")
                .isEqualTo(303);
        assertThat(control.send(
                                "POST",
                                path + "/pause",
                                "token=" + token,
                                Map.of(
                                        "content-type", "application/x-www-form-urlencoded",
                                        "authorization", "",
                                        "Cookie", cookie,
                                        "Sec-Fetch-Site", "cross-site"))
                        .status())
                .isEqualTo(403);
        assertThat(stateOf("guarded")).isEqualTo("active");
    }

    @Test
    void pausingAndResumingIsDoneToldAndAudited() {
        String path = subscribe("turned");
        assertThat(act(path + "/pause", "")).contains("Paused. Its events are kept.", "Resume");
        assertThat(stateOf("turned")).isEqualTo("paused");
        assertThat(page(path)).as("told once").doesNotContain("Paused. Its events are kept.");
        assertThat(act(path + "/test", "")).contains("resume it first").doesNotContain("on its way");
        assertThat(act(path + "/resume", "")).contains("Resumed.");
        assertThat(stateOf("turned")).isEqualTo("active");
        assertThat(page(TENANT + "/audit"))
                .contains(
                        "subscription created", "subscription paused", "subscription resumed", "acme/turned", "console")
                .doesNotContain("whsec_");
        assertThat(page("/console/tenants/other/audit")).doesNotContain("acme/turned");
    }

    @Test
    void aSubscriptionIsCreatedChangedAndDeletedByForms() {
        String list = TENANT + "/subscriptions";
        assertThat(act(list, "&id=formed&url=ftp%3A%2F%2Facme.example&types=order..&description=Books"))
                .as("refused, and what was typed is still there")
                .contains("url ", "eventTypes", "value=\"ftp://acme.example\"", "value=\"order..\"", "value=\"Books\"")
                .doesNotContain("Subscribed.");

        assertThat(act(list, "&id=formed&url=https%3A%2F%2Facme.example%2Fa&types=order.paid%2C+order.sent"))
                .contains("Subscribed.", "whsec_", "https://acme.example/a");
        assertThat(page(list + "/formed")).doesNotContain("whsec_");
        assertThat(control.get(SUBSCRIPTIONS + "/formed").json().path("eventTypes"))
                .extracting(JsonNode::asText)
                .containsExactly("order.paid", "order.sent");
        assertThat(act(list, "&id=formed&url=https%3A%2F%2Facme.example")).contains("already");

        assertThat(act(list + "/formed/change", "&url=https%3A%2F%2Facme.example%2Fb&types=&description=All+of+it"))
                .contains("Changed.", "https://acme.example/b", "All of it");
        assertThat(control.get(SUBSCRIPTIONS + "/formed").json().path("eventTypes"))
                .extracting(JsonNode::asText)
                .containsExactly("*");
        assertThat(act(list + "/formed/change", "&url=nonsense"))
                .contains("url ")
                .doesNotContain("Changed.");

        assertThat(act(list + "/formed/delete", "")).contains("formed is deleted");
        assertThat(control.get(SUBSCRIPTIONS + "/formed").status()).isEqualTo(404);
    }

    @Test
    void aNewSecretIsShownOnce() {
        String path = subscribe("rotated");
        String etag = control.get(SUBSCRIPTIONS + "/rotated").etag();
        assertThat(act(path + "/rotate", "")).contains("shown this once", "whsec_");
        assertThat(page(path)).doesNotContain("whsec_");
        assertThat(control.get(SUBSCRIPTIONS + "/rotated").etag()).isNotEqualTo(etag);
    }

    @Test
    void aTestEventAndAReplayAreBegun() {
        String path = subscribe("tried");
        assertThat(act(path + "/test", "")).contains("webhook-id dlv_");
        assertThat(page(TENANT + "/audit")).contains("subscription tested", "acme/tried");
        assertThat(act(path + "/replay", "&since=day")).contains("has begun");
        assertThat(control.get(SUBSCRIPTIONS + "/tried/replays").json().path("items"))
                .hasSize(1);
        assertThat(act(path + "/replay", "&since=day")).contains("is under way");
        assertThat(act(path + "/explode", "")).contains("no such action");
    }

    @Test
    void deadLettersAreFilteredReplayedAndDiscardedWithAReasonAndOnlyOfTheTenant() {
        dead("dlv_a", "acme", "shop");
        dead("dlv_b", "acme", "shop");
        dead("dlv_c", "acme", "bank");
        dead("dlv_x", "other", "shop");
        String letters = TENANT + "/dead-letters";
        assertThat(page(letters)).contains("dlv_a", "dlv_b", "dlv_c").doesNotContain("dlv_x");
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(page(TENANT)).containsPattern("[1-9]\\d* dead letters outstanding"));
        assertThat(page(letters + "?subscription=bank")).contains("dlv_c").doesNotContain("dlv_a");

        assertThat(act(letters + "/explode", "&which=all")).contains("no such action");
        assertThat(act(letters + "/replay", "")).contains("Nothing is selected");
        assertThat(act(letters + "/discard", "&id=dlv_a")).contains("Say why");
        assertThat(act(letters + "/discard", "&id=dlv_a&id=dlv_x&because=retired"))
                .contains("has begun");
        await().untilAsserted(() -> assertThat(page(letters)).contains("dlv_b").doesNotContain("dlv_a"));
        assertThat(page("/console/tenants/other/dead-letters")).contains("dlv_x");
        Map<String, String> refresh = Map.of("Cookie", cookie, "authorization", "", "HX-Request", "true");
        assertThat(control.send("GET", letters, null, refresh).body())
                .as("the runs alone, without reading the dead letters")
                .contains("id=\"live\"", "Discard ")
                .doesNotContain("dlv_b");
        assertThat(act(letters + "/replay", "&which=all&subscription=shop")).contains("has begun");
        await().untilAsserted(() -> assertThat(page(letters)).contains("dlv_c").doesNotContain("dlv_b"));
        assertThat(broker.records(Topics.DELIVERIES))
                .filteredOn(record -> "dlv_b".equals(text(record.headers().lastHeader("fanfare-delivery-id"))))
                .hasSize(1);
        await().untilAsserted(() -> assertThat(page(TENANT + "/audit"))
                .contains("dlq-discard began", "dlq-discard done", "“retired”", "dlq-replay done"));
    }

    @Test
    void aKeyIsMadeShownOnceRotatedAndRevokedAndAllOfItIsAudited() {
        String keys = TENANT + "/keys";
        assertThat(act(keys, "&name=shop"))
                .as("refused")
                .contains("scopes is required")
                .doesNotContain("ffk_");
        assertThat(act(keys, "&name=shop&scope=read&days=ever"))
                .as("not for ever")
                .contains("expiresAt must be a moment")
                .doesNotContain("ffk_");
        String made = act(keys, "&name=shop+backend&scope=read&scope=events%3Awrite&days=30");
        assertThat(made).contains("shown this once", "shop backend", "events:write, read");
        String first = secretOn(made);
        assertThat(page(keys)).doesNotContain(first).contains("shop backend");
        assertThat(attemptsWith(first)).isEqualTo(200);
        String key = keys + "/" + first.substring(4, 20);

        String second = secretOn(act(key + "/rotate", ""));
        assertThat(second).isNotEqualTo(first);
        assertThat(page(keys)).contains("2 secrets are taken");
        assertThat(attemptsWith(second)).isEqualTo(200);

        assertThat(act(key + "/explode", "")).contains("no such action");
        assertThat(act(key + "/revoke", "")).contains("“shop backend” is refused from now on", "revoked");
        assertThat(attemptsWith(second)).isEqualTo(401);
        assertThat(act(key + "/rotate", "")).contains("no longer accepted");
        assertThat(page(TENANT + "/audit"))
                .contains("key created", "key rotated", "key revoked", "console, with the configured key")
                .doesNotContain(first);
    }

    @Test
    void tenantsAreCreatedChangedAndDeletedByForms() {
        String tenants = "/console/tenants";
        assertThat(act(tenants, "&id=No+Name")).contains("id must be");
        assertThat(act(tenants, "&id=newcomer&description=Sells+books&eventTypes=strict"))
                .contains("is created", "Sells books", "of described types");
        assertThat(act(tenants + "/newcomer/change", "&description=&eventTypes=open"))
                .contains("is changed")
                .doesNotContain("Sells books");
        assertThat(page("/console/tenants/newcomer/audit")).contains("tenant created", "tenant changed");
        assertThat(act(tenants + "/acme/delete", "")).contains("is in the settings");
        assertThat(act(tenants + "/newcomer/explode", "")).contains("no such action");
        assertThat(act(tenants + "/newcomer/delete", "")).contains("is deleted");
        assertThat(control.get("/v1/tenants/newcomer").status()).isEqualTo(404);
        assertThat(act("/console/keys", "&name=all+seeing&scope=read")).contains("ffk_", "all seeing");
    }

    @Test
    void eventTypesAreShownWithSchemasExamplesAndWhatWillGo() {
        String types = "/v1/tenants/acme/event-types";
        assertThat(page(TENANT + "/event-types")).contains("None are described");
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
        assertThat(page(TENANT + "/event-types"))
                .contains("order.placed", "Somebody &lt;b&gt;bought", "this tenant is open");
        assertThat(page(TENANT + "/event-types/order.placed"))
                .contains("Order 1", "Order 2", "\"total\" : 1", "and to go on 31 Jan 2100: use 2")
                .contains("Version 2 <small>", "the newest");
        assertThat(page("/console/tenants/other/event-types")).doesNotContain("order.placed");
    }

    @Test
    void aPortalLinkOpensOneTenantsPagesAndNoOthersOnAnyRouteThereIs() {
        subscribe("visited");
        act(TENANT + "/dead-letters/replay", "&which=all");
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertThat(page(TENANT + "/dead-letters"))
                .contains("Replay done", "the configured key: "));
        String shown = act(TENANT + "/portal-links", "&scope=manage&for=hour");
        Matcher found = Pattern.compile("/console/portal[?]link=([\\w-]+)").matcher(shown);
        assertThat(found.find()).as(shown).isTrue();
        String link = found.group(1);
        assertThat(page(TENANT + "/audit")).contains("portal link made", "acme/portal-link/");

        Answer offer = control.send("GET", "/console/portal?link=" + link, null, Map.of("authorization", ""));
        assertThat(offer.body()).contains("Webhooks of acme");
        assertThat(offer.header("set-cookie")).as("looking at it opens nothing").isEmpty();
        for (String other : List.of("", "x", link.substring(1))) {
            Answer refused = post("/console/portal", "link=" + other, "");
            assertThat(refused.status()).isEqualTo(403);
            assertThat(refused.body()).contains("This link has ended");
        }
        cookie =
                post("/console/portal", "link=" + link, "").header("set-cookie").split(";", 2)[0];

        String own = page(TENANT);
        assertThat(own)
                .contains("visited")
                .doesNotContain("/console/tenants/other", "href=\"/console/tenants\"", "/acme/keys", "/acme/audit");
        Matcher ofSession = TOKEN.matcher(own);
        assertThat(ofSession.find()).isTrue();
        token = ofSession.group(1);
        assertThat(page(TENANT + "/dead-letters"))
                .as("who began it is not for guests")
                .contains("Replay ")
                .doesNotContain("the configured key");
        assertThat(act(TENANT + "/subscriptions/visited/pause", "")).contains("Paused.");
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
                            ? control.send("GET", there, null, Map.of("Cookie", cookie, "authorization", ""))
                            : post(there, "token=" + token, cookie);
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
        assertThat(page(link)).contains("Webhooks of passing");
        control.patch("/v1/tenants/passing", "{\"description\":\"still the same\"}");
        assertThat(page(link)).contains("Webhooks of passing");
        assertThat(control.delete("/v1/tenants/passing").status()).isEqualTo(204);
        await().until(() -> control.get(link).body().contains("This link has ended"));
        control.put("/v1/tenants/passing", "{}");
        await("there is one again").untilAsserted(() -> page("/console/tenants/passing"));
        assertThat(control.get(link).body()).contains("This link has ended");
    }

    @Test
    void aRunThatCantBeTakenOnIsTidiedUpAsFailed() throws Exception {
        DeadLetterDesk desk = new DeadLetterDesk(
                KafkaConnection.to(broker.bootstrapServers()), Clock.systemUTC(), new Random(1), "closed-desk");
        desk.close();
        assertThatThrownBy(() -> desk.begin(
                        DeadLetterDesk.Action.REPLAY,
                        DeadLetterFilter.ids(Set.of("dlv_none")),
                        null,
                        new Actor("desk-test", null, null)))
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining("nothing was moved");
        List<Run.State> states = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> message : broker.records(Topics.RUNS)) {
            Run run = Run.fromJson(message.value());
            if (run.startedBy().text().contains("desk-test")) {
                states.add(run.state());
            }
        }
        assertThat(states).containsExactly(Run.State.RUNNING, Run.State.FAILED);
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

    private static String text(Header header) {
        return header == null ? "" : new String(header.value(), UTF_8);
    }

    private static void dead(String id, String tenant, String subscription) {
        ProducerRecord<byte[], byte[]> letter =
                new ProducerRecord<>(Topics.DEAD_LETTERS, id.getBytes(UTF_8), "{}".getBytes(UTF_8));
        letter.headers().add("ce_id", "e-1".getBytes(UTF_8)).add("ce_type", "order.created".getBytes(UTF_8));
        DeliveryRecords.writeHeaders(
                new Delivery(
                        id,
                        tenant,
                        subscription,
                        new UUID(1, 2),
                        new SubscriptionVersion("topic", 7),
                        "e-1",
                        "order.created",
                        1_700_000_000_000L,
                        new Progress(2, 3, 0, 1_700_000_000_000L, 1_700_000_000_500L, 1_700_000_009_000L)),
                letter.headers());
        DeadLetterRecords.mark(letter.headers(), Verdict.EXHAUSTED, 503, "answered 503", Topics.DELIVERIES, 0, 1);
        broker.send(letter);
    }

    private static String subscribe(String id) {
        control.put(SUBSCRIPTIONS + "/" + id, "{\"url\":\"https://acme.example/\",\"eventTypes\":[\"*\"]}");
        return TENANT + "/subscriptions/" + id;
    }

    private static String stateOf(String id) {
        return control.get(SUBSCRIPTIONS + "/" + id).json().path("state").asText();
    }

    /** Presses a button, and returns the page to which that leads. */
    private String act(String path, String form) {
        Answer answer = post(path, "token=" + token + form, cookie);
        assertThat(answer.status()).as(answer.body()).isEqualTo(303);
        return page(answer.header("location"));
    }

    private String page(String path) {
        Answer page = control.send("GET", path, null, Map.of("Cookie", cookie, "authorization", ""));
        assertThat(page.status()).as(page.body()).isEqualTo(200);
        return page.body();
    }

    private static Answer post(String path, String form, String cookie) {
        Map<String, String> headers = new HashMap<>();
        headers.put("content-type", "application/x-www-form-urlencoded");
        headers.put("authorization", "");
        headers.put("Cookie", cookie);
        return control.send("POST", path, form, headers);
    }
}

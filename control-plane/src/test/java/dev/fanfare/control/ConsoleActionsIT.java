package dev.fanfare.control;

import static dev.fanfare.control.RunningControl.SUBSCRIPTIONS;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fanfare.contract.problem.ProblemException;
import dev.fanfare.contract.run.Actor;
import dev.fanfare.contract.run.Run;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.control.deadletter.DeadLetterDesk;
import dev.fanfare.retry.dead.DeadLetterFilter;
import dev.fanfare.runtime.kafka.KafkaConnection;
import dev.fanfare.testkit.Fresh;
import dev.fanfare.testkit.TestBroker;
import dev.fanfare.testkit.WithBroker;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@WithBroker
class ConsoleActionsIT {
    private static final String TENANT = "/console/tenants/acme";

    @TempDir
    static Path folder;

    private static TestBroker broker;
    private static RunningControl control;
    private ConsoleVisitor visitor;

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
        visitor = ConsoleVisitor.loggedIn(control, "k", "acme");
    }

    @Test
    void aButtonWithoutTheSessionsTokenOrFromAnotherSiteDoesNothing() {
        String path = subscribe("guarded");
        for (String form : List.of("", "token=", "token=wrong")) {
            assertThat(visitor.post(path + "/pause", form).status()).isEqualTo(403);
        }
        assertThat(new ConsoleVisitor(control)
                        .post(path + "/pause", "token=" + visitor.token())
                        .status())
                .as("not logged in")
                .isEqualTo(303);
        assertThat(control.send(
                                "POST",
                                path + "/pause",
                                "token=" + visitor.token(),
                                Map.of(
                                        "content-type", "application/x-www-form-urlencoded",
                                        "authorization", "",
                                        "Cookie", visitor.cookies(),
                                        "Sec-Fetch-Site", "cross-site"))
                        .status())
                .isEqualTo(403);
        assertThat(stateOf("guarded")).isEqualTo("active");
    }

    @Test
    void pausingAndResumingIsDoneToldAndAudited() {
        String path = subscribe("turned");
        assertThat(visitor.act(path + "/pause", "")).contains("Paused. Its events are kept.", "Resume");
        assertThat(stateOf("turned")).isEqualTo("paused");
        assertThat(visitor.page(path)).as("told once").doesNotContain("Paused. Its events are kept.");
        assertThat(visitor.act(path + "/test", "")).contains("resume it first").doesNotContain("on its way");
        assertThat(visitor.act(path + "/resume", "")).contains("Resumed.");
        assertThat(stateOf("turned")).isEqualTo("active");
        assertThat(visitor.page(TENANT + "/audit"))
                .contains(
                        "subscription created", "subscription paused", "subscription resumed", "acme/turned", "console")
                .doesNotContain("whsec_");
        assertThat(visitor.page("/console/tenants/other/audit")).doesNotContain("acme/turned");
    }

    @Test
    void aSubscriptionIsCreatedChangedAndDeletedByForms() {
        String list = TENANT + "/subscriptions";
        assertThat(visitor.act(list, "&id=formed&url=ftp%3A%2F%2Facme.example&types=order..&description=Books"))
                .as("refused, and what was typed is still there")
                .contains("url ", "eventTypes", "value=\"ftp://acme.example\"", "value=\"order..\"", "value=\"Books\"")
                .doesNotContain("Subscribed.");

        assertThat(visitor.act(list, "&id=formed&url=https%3A%2F%2Facme.example%2Fa&types=order.paid%2C+order.sent"))
                .contains("Subscribed.", "whsec_", "https://acme.example/a");
        assertThat(visitor.page(list + "/formed")).doesNotContain("whsec_");
        assertThat(control.get(SUBSCRIPTIONS + "/formed").json().path("eventTypes"))
                .extracting(JsonNode::asText)
                .containsExactly("order.paid", "order.sent");
        assertThat(visitor.act(list, "&id=formed&url=https%3A%2F%2Facme.example"))
                .contains("already");

        assertThat(visitor.act(
                        list + "/formed/change", "&url=https%3A%2F%2Facme.example%2Fb&types=&description=All+of+it"))
                .contains("Changed.", "https://acme.example/b", "All of it");
        assertThat(control.get(SUBSCRIPTIONS + "/formed").json().path("eventTypes"))
                .extracting(JsonNode::asText)
                .containsExactly("*");
        assertThat(visitor.act(list + "/formed/change", "&url=nonsense"))
                .contains("url ")
                .doesNotContain("Changed.");

        assertThat(visitor.act(list + "/formed/delete", "")).contains("formed is deleted");
        assertThat(control.get(SUBSCRIPTIONS + "/formed").status()).isEqualTo(404);
    }

    @Test
    void aNewSecretIsShownOnce() {
        String path = subscribe("rotated");
        String etag = control.get(SUBSCRIPTIONS + "/rotated").etag();
        assertThat(visitor.act(path + "/rotate", "")).contains("shown this once", "whsec_");
        assertThat(visitor.page(path)).doesNotContain("whsec_");
        assertThat(control.get(SUBSCRIPTIONS + "/rotated").etag()).isNotEqualTo(etag);
    }

    @Test
    void aTestEventAndAReplayAreBegun() {
        String path = subscribe("tried");
        assertThat(visitor.act(path + "/test", "")).contains("webhook-id dlv_");
        assertThat(visitor.page(TENANT + "/audit")).contains("subscription tested", "acme/tried");
        assertThat(visitor.act(path + "/replay", "&since=day")).contains("has begun");
        assertThat(control.get(SUBSCRIPTIONS + "/tried/replays").json().path("items"))
                .hasSize(1);
        assertThat(visitor.act(path + "/replay", "&since=day")).contains("is under way");
        assertThat(visitor.act(path + "/explode", "")).contains("no such action");
    }

    @Test
    void deadLettersAreFilteredReplayedAndDiscardedWithAReasonAndOnlyOfTheTenant() {
        dead("dlv_a", "acme", "shop");
        dead("dlv_b", "acme", "shop");
        dead("dlv_c", "acme", "bank");
        dead("dlv_x", "other", "shop");
        String letters = TENANT + "/dead-letters";
        assertThat(visitor.page(letters)).contains("dlv_a", "dlv_b", "dlv_c").doesNotContain("dlv_x");
        await().atMost(Duration.ofMinutes(2)).untilAsserted(() -> assertThat(visitor.page(TENANT))
                .containsPattern("[1-9]\\d* dead letters outstanding"));
        assertThat(visitor.page(letters + "?subscription=bank"))
                .contains("dlv_c")
                .doesNotContain("dlv_a");

        assertThat(visitor.act(letters + "/explode", "&which=all")).contains("no such action");
        assertThat(visitor.act(letters + "/replay", "")).contains("Nothing is selected");
        assertThat(visitor.act(letters + "/discard", "&id=dlv_a")).contains("Say why");
        assertThat(visitor.act(letters + "/discard", "&id=dlv_a&id=dlv_x&because=retired"))
                .contains("has begun");
        await().untilAsserted(() ->
                assertThat(visitor.page(letters)).contains("dlv_b").doesNotContain("dlv_a"));
        assertThat(visitor.page("/console/tenants/other/dead-letters")).contains("dlv_x");
        Map<String, String> refresh = Map.of("Cookie", visitor.cookies(), "authorization", "", "HX-Request", "true");
        assertThat(control.send("GET", letters, null, refresh).body())
                .as("the runs alone, without reading the dead letters")
                .contains("id=\"live\"", "Discard ")
                .doesNotContain("dlv_b");
        assertThat(visitor.act(letters + "/replay", "&which=all&subscription=shop"))
                .contains("has begun");
        await().untilAsserted(() ->
                assertThat(visitor.page(letters)).contains("dlv_c").doesNotContain("dlv_b"));
        assertThat(broker.records(Topics.DELIVERIES))
                .filteredOn(record -> "dlv_b".equals(text(record.headers().lastHeader("fanfare-delivery-id"))))
                .hasSize(1);
        await().untilAsserted(() -> assertThat(visitor.page(TENANT + "/audit"))
                .contains("dlq-discard began", "dlq-discard done", "“retired”", "dlq-replay done"));
    }

    @Test
    void aRunThatCantBeTakenOnIsRefusedAndLeavesNoNote() throws Exception {
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
        assertThat(states).isEmpty();
    }

    private static String text(Header header) {
        return header == null ? "" : new String(header.value(), UTF_8);
    }

    private static void dead(String id, String tenant, String subscription) {
        DeadLetterSample.send(broker, id, tenant, subscription);
    }

    private static String subscribe(String id) {
        control.put(SUBSCRIPTIONS + "/" + id, "{\"url\":\"https://acme.example/\",\"eventTypes\":[\"*\"]}");
        return TENANT + "/subscriptions/" + id;
    }

    private static String stateOf(String id) {
        return control.get(SUBSCRIPTIONS + "/" + id).json().path("state").asText();
    }
}

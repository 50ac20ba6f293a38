package dev.fanfare.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.contract.topic.Topics;
import dev.fanfare.control.RunningControl.Answer;
import dev.fanfare.testkit.Fresh;
import dev.fanfare.testkit.TestBroker;
import dev.fanfare.testkit.WithBroker;
import java.nio.file.Path;
import java.util.List;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What goes wrong on the way to a page is told, and takes nothing else along. */
@WithBroker
class ConsoleFailuresIT {
    private static final String TENANT = "/console/tenants/acme";

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
    void aControlCharacterInAPathIsRefusedByEveryPageAndButton() {
        ConsoleVisitor visitor = ConsoleVisitor.loggedIn(control, "k", "acme");
        for (String name : List.of("a%0d%0aX-Evil:%20yes", "%0a", "a%00", "%7f")) {
            for (String path : List.of(
                    TENANT + "/subscriptions/" + name + "/pause",
                    TENANT + "/subscriptions/" + name + "/test",
                    TENANT + "/subscriptions/" + name + "/delete",
                    TENANT + "/subscriptions/x/" + name,
                    TENANT + "/event-types/" + name + "/versions",
                    TENANT + "/keys/" + name + "/revoke",
                    "/console/tenants/" + name + "/change",
                    "/console/tenants/" + name + "/keys")) {
                Answer answer = visitor.post(path, "token=" + visitor.token());
                assertThat(answer.status()).as(path).isIn(400, 404);
                assertThat(answer.header("x-evil")).isEmpty();
                assertThat(answer.body()).as(path).contains("role=\"alert\"");
            }
            assertThat(visitor.get(TENANT + "/subscriptions/" + name).status()).isEqualTo(400);
            assertThat(visitor.get("/console/tenants/" + name).status()).isEqualTo(400);
        }
    }

    @Test
    void aSecretThatIsShownOnceOutlivesAPageThatFails() throws Exception {
        control.put(
                RunningControl.SUBSCRIPTIONS + "/kept", "{\"url\":\"https://example.com/\",\"eventTypes\":[\"*\"]}");
        ConsoleVisitor visitor = ConsoleVisitor.loggedIn(control, "k", "acme");
        String page = TENANT + "/subscriptions/kept";
        assertThat(visitor.post(page + "/rotate", "token=" + visitor.token()).status())
                .isEqualTo(303);

        try (Admin admin = broker.admin()) {
            admin.deleteTopics(List.of(Topics.DEAD_LETTERS)).all().get();
        }
        Answer failed = visitor.get(TENANT + "/dead-letters");
        assertThat(failed.status()).as(failed.body()).isGreaterThanOrEqualTo(500);
        assertThat(failed.body()).doesNotContain("whsec_");

        assertThat(visitor.page(page)).contains("shown this once", "whsec_");
        assertThat(visitor.page(page)).doesNotContain("whsec_");
    }
}

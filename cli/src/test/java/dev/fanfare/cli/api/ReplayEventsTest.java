package dev.fanfare.cli.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.cli.ScriptedApi;
import dev.fanfare.cli.ScriptedApi.Answer;
import dev.fanfare.cli.TestShell;
import dev.fanfare.contract.Json;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplayEventsTest {
    private static final String PATH = "/v1/tenants/default/subscriptions/billing/";

    @TempDir
    Path home;

    @Test
    void asksForWhatTheOptionsSayAndTellsHowToFollowIt() throws Exception {
        try (ScriptedApi api = new ScriptedApi(request -> new Answer(202, replay("running", 0)))) {
            TestShell shell = new TestShell(home);
            Instant before = Instant.now();

            assertThat(shell.run(
                            "subscriptions",
                            "replay",
                            "billing",
                            "--since",
                            "1d",
                            "--type",
                            "order.*,invoice.paid",
                            "--api-url",
                            api.url()))
                    .isZero();

            assertThat(api.requests()).hasSize(1);
            ScriptedApi.Request request = api.requests().get(0);
            assertThat(request.method() + " " + request.path()).isEqualTo("POST " + PATH + "replay");
            var body = Json.STRICT.readTree(request.body());
            assertThat(Instant.parse(body.path("since").asText()))
                    .isBetween(before.minus(Duration.ofDays(1)), Instant.now().minus(Duration.ofDays(1)));
            assertThat(body.path("types").toString()).isEqualTo("[\"order.*\",\"invoice.paid\"]");
            assertThat(body.has("until")).isFalse();
            assertThat(shell.out()).contains("r-1 running").contains("subscriptions replay billing");
        }
    }

    @Test
    void waitsUntilItEndsAndFailsWhereItWasStopped() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        try (ScriptedApi api = new ScriptedApi(request -> request.method().equals("POST")
                ? new Answer(202, replay("running", 0))
                : new Answer(200, replay(asked.incrementAndGet() < 3 ? "running" : "stopped", 7)))) {
            TestShell shell = new TestShell(home);

            assertThat(shell.run(
                            "subscriptions", "replay", "billing", "--since", "1h", "--wait", "--api-url", api.url()))
                    .isEqualTo(1);

            assertThat(asked).hasValue(3);
            assertThat(shell.out()).contains("stopped: 7 sent");
        }
    }

    @Test
    void listsReplaysAndHasOneStop() throws Exception {
        try (ScriptedApi api = new ScriptedApi(request -> request.method().equals("POST")
                ? new Answer(202, replay("running", 0))
                : new Answer(200, "{\"items\":[" + replay("done", 12_345) + "]}"))) {
            TestShell shell = new TestShell(home);

            assertThat(shell.run("subscriptions", "replay", "billing", "--api-url", api.url()))
                    .isZero();
            assertThat(shell.run("subscriptions", "replay", "billing", "--stop", "r-1", "--api-url", api.url()))
                    .isZero();

            assertThat(api.requests())
                    .extracting(request -> request.method() + " " + request.path())
                    .containsExactly("GET " + PATH + "replays", "POST " + PATH + "replays/r-1/stop");
            assertThat(shell.out()).contains("12,345");
        }
    }

    @Test
    void withoutABeginningThereIsNothingToWaitFor() {
        TestShell shell = new TestShell(home);

        assertThat(shell.run("subscriptions", "replay", "billing", "--wait")).isEqualTo(2);

        assertThat(shell.err()).contains("--since");
    }

    private static String replay(String state, long sent) {
        return "{\"id\":\"r-1\",\"subscription\":\"billing\",\"state\":\"" + state
                + "\",\"since\":\"2026-11-21T00:00:00Z\",\"scanned\":9,\"matched\":8,\"sent\":" + sent + ",\"left\":0}";
    }
}

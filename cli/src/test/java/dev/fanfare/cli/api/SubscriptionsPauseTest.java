package dev.fanfare.cli.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.cli.ScriptedApi;
import dev.fanfare.cli.ScriptedApi.Answer;
import dev.fanfare.cli.TestShell;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SubscriptionsPauseTest {
    @TempDir
    Path home;

    @Test
    void pauseSaysHowToResumeAndResumeSaysWhereToLook() throws Exception {
        try (ScriptedApi api = new ScriptedApi(request -> new Answer(200, "{\"id\":\"billing\"}"))) {
            TestShell shell = new TestShell(home);

            assertThat(shell.run("subscriptions", "pause", "billing", "--api-url", api.url()))
                    .isZero();
            assertThat(shell.run("subscriptions", "resume", "billing", "--api-url", api.url()))
                    .isZero();

            assertThat(api.requests())
                    .extracting(request -> request.method() + " " + request.path())
                    .containsExactly(
                            "POST /v1/tenants/default/subscriptions/billing/pause",
                            "POST /v1/tenants/default/subscriptions/billing/resume");
            assertThat(shell.out())
                    .contains("Paused billing.")
                    .contains("subscriptions resume billing")
                    .contains("Resumed billing.")
                    .contains("attempts list --subscription billing");
        }
    }

    @Test
    void aRefusalIsToldInTheServersWords() throws Exception {
        try (ScriptedApi api = new ScriptedApi(request -> Answer.problem(409, "'billing' is disabled"))) {
            TestShell shell = new TestShell(home);

            assertThat(shell.run("subscriptions", "pause", "billing", "--api-url", api.url()))
                    .isEqualTo(1);

            assertThat(shell.err()).contains("'billing' is disabled");
        }
    }
}

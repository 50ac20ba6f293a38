package dev.fanfare.cli.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.cli.ScriptedApi;
import dev.fanfare.cli.ScriptedApi.Answer;
import dev.fanfare.cli.TestShell;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SubscriptionsTestAndRotateTest {
    private static final String SENT = "{\"deliveryId\":\"dlv_x\"}";

    @TempDir
    Path home;

    @Test
    void aTestWaitsForTheFirstAttemptAndSaysWhatCameBack() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        try (ScriptedApi api = new ScriptedApi(request -> {
            if (request.method().equals("POST")) {
                return new Answer(202, SENT);
            }
            return new Answer(
                    200,
                    asked.incrementAndGet() < 3
                            ? "{\"items\":[]}"
                            : "{\"items\":[{\"verdict\":\"retry\",\"attempt\":2},{\"verdict\":\"retry\",\"attempt\":1,"
                                    + "\"status\":503,\"durationMillis\":12,\"error\":\"answered 503\"}]}");
        })) {
            TestShell shell = new TestShell(home);

            assertThat(shell.run("subscriptions", "test", "billing", "--data", "{\"a\":1}", "--api-url", api.url()))
                    .as("not delivered")
                    .isEqualTo(1);

            assertThat(api.requests().get(0).path()).isEqualTo("/v1/tenants/default/subscriptions/billing/test");
            assertThat(api.requests().get(0).body()).isEqualTo("{\"data\":{\"a\":1}}");
            assertThat(api.requests().get(1).path()).isEqualTo("/v1/tenants/default/attempts?delivery=dlv_x");
            assertThat(shell.out()).contains("retry: 503 after 12 ms (answered 503), webhook-id dlv_x");
        }
    }

    @Test
    void aTestThatNobodyDispatchesSaysSoAndThatNothingIsLost() throws Exception {
        try (ScriptedApi api = new ScriptedApi(request ->
                request.method().equals("POST") ? new Answer(202, SENT) : new Answer(200, "{\"items\":[]}"))) {
            TestShell shell = new TestShell(home);

            assertThat(shell.run("subscriptions", "test", "billing", "--wait", "0ms", "--api-url", api.url()))
                    .isEqualTo(1);

            assertThat(shell.err()).contains("is a dispatcher running?").contains("attempts list --delivery dlv_x");
        }
    }

    @Test
    void rotatingPrintsTheNewSecretAndHowLongTheOldOneSigns() throws Exception {
        try (ScriptedApi api = new ScriptedApi(request ->
                new Answer(200, "{\"secret\":\"whsec_new\",\"oldSecretsUntil\":\"2026-11-23T10:00:00Z\"}"))) {
            TestShell shell = new TestShell(home);

            assertThat(shell.run("subscriptions", "rotate-secret", "billing", "--api-url", api.url()))
                    .isZero();

            assertThat(api.requests().get(0).body()).isEqualTo("{\"overlap\":\"24h\"}");
            assertThat(shell.out()).contains("Secret  whsec_new").contains("until 2026-11-23T10:00:00Z");
        }
    }
}

package dev.fanfare.cli.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.cli.ScriptedApi;
import dev.fanfare.cli.ScriptedApi.Answer;
import dev.fanfare.cli.TestShell;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeysAndTenantsTest {
    @TempDir
    Path home;

    @Test
    void aNewKeyIsPrintedWithTheWarningThatItIsShownOnce() throws Exception {
        try (ScriptedApi api =
                new ScriptedApi(request -> new Answer(201, "{\"id\":\"abc\",\"key\":\"ffk_abc_secret\"}"))) {
            TestShell shell = new TestShell(home);

            assertThat(shell.run(
                            "keys",
                            "create",
                            "--tenant",
                            "acme",
                            "--name",
                            "shop",
                            "--scopes",
                            "events:write,read",
                            "--rate",
                            "50",
                            "--quota",
                            "9/day",
                            "--expires",
                            "2030-01-01T00:00:00Z",
                            "--api-url",
                            api.url()))
                    .isZero();

            assertThat(api.requests()).singleElement().satisfies(request -> {
                assertThat(request.method() + " " + request.path()).isEqualTo("POST /v1/tenants/acme/keys");
                assertThat(request.body())
                        .isEqualTo(
                                "{\"name\":\"shop\",\"scopes\":[\"events:write\",\"read\"],"
                                        + "\"expiresAt\":\"2030-01-01T00:00:00Z\",\"rateLimit\":{\"perSecond\":50.0},\"quota\":{\"perDay\":9}}");
            });
            assertThat(shell.out())
                    .contains("Created abc")
                    .contains("ffk_abc_secret")
                    .contains("shown this once");
        }
    }

    @Test
    void aPortalLinkIsPrintedWholeAndAlone() throws Exception {
        try (ScriptedApi api =
                new ScriptedApi(request -> new Answer(201, "{\"path\":\"/console/portal?link=a-b_c\"}"))) {
            TestShell shell = new TestShell(home);

            assertThat(shell.run(
                            "portal-link",
                            "--tenant",
                            "acme",
                            "--expires",
                            "8h",
                            "--scope",
                            "read",
                            "--api-url",
                            api.url()))
                    .isZero();

            assertThat(api.requests()).singleElement().satisfies(request -> {
                assertThat(request.method() + " " + request.path()).isEqualTo("POST /v1/tenants/acme/portal-links");
                assertThat(request.body()).isEqualTo("{\"expiresIn\":\"8h\",\"scope\":\"read\"}");
            });
            assertThat(shell.out()).isEqualToIgnoringNewLines(api.url() + "/console/portal?link=a-b_c");
        }
    }

    @Test
    void administratorsKeysAreUnderNoTenantAndListsComeWhole() throws Exception {
        try (ScriptedApi api = new ScriptedApi(request -> new Answer(
                200,
                request.path().contains("cursor")
                        ? "{\"items\":[{\"id\":\"two\",\"name\":\"b\"}],\"nextCursor\":null}"
                        : "{\"items\":[{\"id\":\"one\",\"name\":\"a\"}],\"nextCursor\":\"x\"}"))) {
            TestShell shell = new TestShell(home);

            assertThat(shell.run("keys", "list", "--admin", "--api-url", api.url()))
                    .isZero();

            assertThat(api.requests())
                    .extracting(ScriptedApi.Request::path)
                    .containsExactly("/v1/keys?limit=500", "/v1/keys?limit=500&cursor=x");
            assertThat(shell.out()).contains("one").contains("two");
        }
    }

    @Test
    void whatCantBeUndoneIsDoneOnlyWhenItIsSaid() throws Exception {
        try (ScriptedApi api = new ScriptedApi(request -> new Answer(200, "{\"id\":\"abc\"}"))) {
            TestShell shell = new TestShell(home);

            assertThat(shell.run("keys", "revoke", "abc", "--api-url", api.url()))
                    .isEqualTo(2);
            assertThat(shell.run("tenants", "delete", "acme", "--api-url", api.url()))
                    .isEqualTo(2);
            assertThat(api.requests()).isEmpty();
            assertThat(shell.err()).contains("--yes").contains("rotate");

            assertThat(shell.run("keys", "revoke", "abc", "--yes", "--api-url", api.url()))
                    .isZero();
            assertThat(shell.run("tenants", "delete", "acme", "--yes", "--api-url", api.url()))
                    .isZero();
            assertThat(api.requests())
                    .extracting(request -> request.method() + " " + request.path())
                    .containsExactly("POST /v1/tenants/default/keys/abc/revoke", "DELETE /v1/tenants/acme");
        }
    }

    @Test
    void aTenantsUpdateSaysWhatChangesAndNothingElse() throws Exception {
        try (ScriptedApi api = new ScriptedApi(request -> new Answer(200, "{\"id\":\"acme\"}"))) {
            TestShell shell = new TestShell(home);

            assertThat(shell.run("tenants", "update", "acme", "--rate", "none", "--api-url", api.url()))
                    .isZero();
            assertThat(shell.run("tenants", "update", "acme", "--api-url", api.url()))
                    .isEqualTo(2);
            assertThat(shell.run("tenants", "update", "acme", "--rate", "fast", "--api-url", api.url()))
                    .isEqualTo(2);

            assertThat(shell.run("tenants", "update", "acme", "--quota", "5/day,90/month", "--api-url", api.url()))
                    .isZero();
            assertThat(shell.run("tenants", "update", "acme", "--quota", "5/week", "--api-url", api.url()))
                    .isEqualTo(2);

            assertThat(api.requests()).allSatisfy(request -> {
                assertThat(request.method() + " " + request.path()).isEqualTo("PATCH /v1/tenants/acme");
                assertThat(request.contentType()).isEqualTo("application/merge-patch+json");
            });
            assertThat(api.requests())
                    .extracting(request -> request.body())
                    .containsExactly("{\"rateLimit\":null}", "{\"quota\":{\"perDay\":5,\"perMonth\":90}}");
            assertThat(shell.err())
                    .contains("nothing to change")
                    .contains("'fast'")
                    .contains("'5/week'");
        }
    }
}

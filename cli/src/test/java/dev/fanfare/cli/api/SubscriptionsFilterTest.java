package dev.fanfare.cli.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.cli.ScriptedApi;
import dev.fanfare.cli.ScriptedApi.Answer;
import dev.fanfare.cli.TestShell;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SubscriptionsFilterTest {
    @TempDir
    Path home;

    @Test
    void filtersAreGivenAsTextInAFileAndOnStandardInputAndAddUp() throws Exception {
        Path file = Files.writeString(
                home.resolve("filters.json"), "[{\"exact\":{\"b\":\"2\"}},{\"exact\":{\"c\":\"3\"}}]");
        try (ScriptedApi api =
                new ScriptedApi(request -> new Answer(201, "{\"id\":\"billing\",\"secret\":\"whsec_x\"}"))) {
            TestShell shell = new TestShell(home).input("{\"exact\":{\"d\":\"4\"}}");
            int code = shell.run(
                    "subscriptions",
                    "create",
                    "--url=https://example.com/",
                    "--types=order.*,invoice.paid",
                    "--schedule=1m,2m",
                    "--filter={\"exact\":{\"a\":\"1\"}}",
                    "--filter=" + file,
                    "--filter",
                    "-",
                    "--api-url",
                    api.url());
            assertThat(code).as(shell.err()).isZero();
            assertThat(api.requests()).singleElement().satisfies(request -> assertThat(request.body())
                    .isEqualTo("{\"url\":\"https://example.com/\",\"eventTypes\":[\"order.*\",\"invoice.paid\"],"
                            + "\"filters\":[{\"exact\":{\"a\":\"1\"}},{\"exact\":{\"b\":\"2\"}},"
                            + "{\"exact\":{\"c\":\"3\"}},{\"exact\":{\"d\":\"4\"}}],"
                            + "\"retry\":{\"schedule\":[\"1m\",\"2m\"]}}"));
        }
    }

    @Test
    void anUpdateNamesOnlyWhatChanges() throws Exception {
        try (ScriptedApi api = new ScriptedApi(request -> new Answer(200, "{\"id\":\"billing\"}"))) {
            TestShell shell = new TestShell(home);
            assertThat(shell.run("subscriptions", "update", "billing", "--filter=[]", "--api-url", api.url()))
                    .isZero();
            assertThat(shell.run("subscriptions", "update", "billing", "--types=a,b.*", "--api-url", api.url()))
                    .isZero();
            assertThat(api.requests())
                    .extracting(request -> request.method() + " " + request.path() + " " + request.contentType() + " "
                            + request.body())
                    .containsExactly(
                            "PATCH /v1/tenants/default/subscriptions/billing application/merge-patch+json"
                                    + " {\"filters\":[]}",
                            "PATCH /v1/tenants/default/subscriptions/billing application/merge-patch+json"
                                    + " {\"eventTypes\":[\"a\",\"b.*\"]}");
            assertThat(shell.out()).contains("Updated billing");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"exact\":", "no-such-file.json", ""})
    void whatIsNoJsonIsRefusedBeforeAnythingIsAsked(String filter) throws Exception {
        try (ScriptedApi api = new ScriptedApi(request -> new Answer(200, "{}"))) {
            TestShell shell = new TestShell(home);
            assertThat(shell.run("subscriptions", "update", "s", "--filter=" + filter, "--api-url", api.url()))
                    .isEqualTo(2);
            assertThat(shell.err()).contains("--filter: ");
            assertThat(api.requests()).isEmpty();
        }
    }

    @Test
    void anUpdateOfNothingSaysWhatCouldBeChanged() throws Exception {
        try (ScriptedApi api = new ScriptedApi(request -> new Answer(200, "{}"))) {
            TestShell shell = new TestShell(home);
            assertThat(shell.run("subscriptions", "update", "s", "--api-url", api.url()))
                    .isEqualTo(2);
            assertThat(shell.err()).contains("nothing to change");
            assertThat(api.requests()).isEmpty();
        }
    }
}

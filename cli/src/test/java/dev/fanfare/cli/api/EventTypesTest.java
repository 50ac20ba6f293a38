package dev.fanfare.cli.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.cli.ScriptedApi;
import dev.fanfare.cli.ScriptedApi.Answer;
import dev.fanfare.cli.ScriptedApi.Request;
import dev.fanfare.cli.TestShell;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventTypesTest {
    private static final String KNOWN = "{\"name\":\"t\",\"description\":\"before\",\"deprecation\":{\"notice\":\"n\"},"
            + "\"versions\":[{\"version\":4,\"schema\":{\"type\":\"object\"}}]}";

    @TempDir
    Path home;

    @Test
    void aNewSchemaGetsTheNextNumberAndWhatIsNotNamedStays() throws Exception {
        Path schema = Files.writeString(home.resolve("schema.json"), "{\"type\":\"array\"}");
        try (ScriptedApi api = new ScriptedApi(request -> new Answer(200, KNOWN))) {
            TestShell shell = new TestShell(home);

            assertThat(shell.run("event-types", "put", "t", "--schema", schema.toString(), "--api-url", api.url()))
                    .isZero();

            assertThat(api.requests())
                    .extracting(request -> request.method() + " " + request.path())
                    .containsExactly(
                            "GET /v1/tenants/default/event-types/t",
                            "PUT /v1/tenants/default/event-types/t",
                            "PUT /v1/tenants/default/event-types/t/versions/5");
            assertThat(api.requests())
                    .extracting(Request::body)
                    .containsExactly(
                            "",
                            "{\"deprecation\":{\"notice\":\"n\"},\"description\":\"before\"}",
                            "{\"schema\":{\"type\":\"array\"}}");
            assertThat(shell.out()).contains("version 5");
        }
    }

    @Test
    void theSameSchemaAgainIsTheVersionThatItHas() throws Exception {
        Path schema = Files.writeString(home.resolve("schema.json"), "{ \"type\": \"object\" }");
        try (ScriptedApi api = new ScriptedApi(request -> new Answer(200, KNOWN))) {
            TestShell shell = new TestShell(home);

            assertThat(shell.run("event-types", "put", "t", "--schema", schema.toString(), "--api-url", api.url()))
                    .isZero();

            assertThat(shell.out()).contains("version 4");
        }
    }

    @Test
    void theFirstSchemaOfANewTypeIsVersionOne() throws Exception {
        Path schema = Files.writeString(home.resolve("schema.json"), "{}");
        try (ScriptedApi api = new ScriptedApi(request ->
                request.method().equals("GET") ? Answer.problem(404, "no such type") : new Answer(201, "{}"))) {
            TestShell shell = new TestShell(home);

            assertThat(shell.run("event-types", "put", "t", "--schema", schema.toString(), "--api-url", api.url()))
                    .isZero();

            assertThat(api.requests().get(2).path()).endsWith("/event-types/t/versions/1");
        }
    }

    @Test
    void aDeprecationKeepsAllElse() throws Exception {
        try (ScriptedApi api = new ScriptedApi(request -> new Answer(200, KNOWN))) {
            TestShell shell = new TestShell(home);

            assertThat(shell.run(
                            "event-types",
                            "deprecate",
                            "t",
                            "--notice",
                            "use u",
                            "--ends",
                            "2027-01-01T00:00:00Z",
                            "--api-url",
                            api.url()))
                    .isZero();

            assertThat(api.requests().get(1).body())
                    .contains("\"description\":\"before\"")
                    .contains("\"deprecation\":{\"notice\":\"use u\",\"endsAt\":\"2027-01-01T00:00:00Z\"}");
        }
    }
}

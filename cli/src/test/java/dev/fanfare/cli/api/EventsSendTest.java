package dev.fanfare.cli.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.cli.ScriptedApi;
import dev.fanfare.cli.ScriptedApi.Answer;
import dev.fanfare.cli.TestShell;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventsSendTest {
    private static final Answer ACCEPTED = new Answer(202, "{\"id\":\"1\"}");

    @TempDir
    Path home;

    @Test
    void everyLineIsSentWithTheKeyToTheTenant() throws Exception {
        Path file = Files.writeString(
                home.resolve("events.jsonl"),
                IntStream.range(0, 200)
                        .mapToObj(i -> "{\"id\":\"" + i + "\",\"type\":\"a.b\",\"data\":" + i + "}")
                        .collect(Collectors.joining("\n")));
        try (ScriptedApi api = new ScriptedApi(request -> ACCEPTED)) {
            TestShell shell = new TestShell(home).variable("FANFARE_API_KEY", "k-1");

            assertThat(shell.run("events", "send", file.toString(), "--api-url", api.url(), "--tenant", "t1"))
                    .isZero();

            assertThat(api.requests())
                    .hasSize(200)
                    .allMatch(request -> request.path().equals("/v1/tenants/t1/events"))
                    .allMatch(request -> request.key().equals("Bearer k-1"))
                    .extracting(ScriptedApi.Request::body)
                    .doesNotHaveDuplicates();
            assertThat(shell.out()).startsWith("200 events accepted in ");
        }
    }

    @Test
    void aRefusedLineIsNamedInTheServersWordsAndTheOthersGoOn() throws Exception {
        try (ScriptedApi api = new ScriptedApi(
                request -> request.body().contains("bad") ? Answer.problem(400, "type: is required") : ACCEPTED)) {
            TestShell shell = new TestShell(home).input("{\"type\":\"a\"}\n\n{\"bad\":1}\n{\"type\":\"b\"}\n");

            assertThat(shell.run("events", "send", "-", "--api-url", api.url())).isEqualTo(1);

            assertThat(shell.err()).isEqualToIgnoringNewLines("line 3: type: is required (400)");
            assertThat(shell.out()).startsWith("2 events accepted in ").contains("1 refused");
        }
    }

    @Test
    void aBusyServerIsTriedAgainWithTheSameId() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        Set<String> bodies = ConcurrentHashMap.newKeySet();
        try (ScriptedApi api = new ScriptedApi(request -> {
            bodies.add(request.body());
            return calls.incrementAndGet() < 3 ? Answer.problem(503, "busy") : ACCEPTED;
        })) {
            TestShell shell = new TestShell(home).input("{\"type\":\"a\"}\n");

            assertThat(shell.run("events", "send", "-", "--api-url", api.url())).isZero();

            assertThat(calls).hasValue(3);
            assertThat(bodies).hasSize(1).first().asString().contains("\"id\":");
        }
    }

    @Test
    void aWrongKeyStopsTheRunInsteadOfFailingEveryLine() throws Exception {
        String lines = "{\"type\":\"a\"}\n".repeat(1_000);
        try (ScriptedApi api = new ScriptedApi(request -> Answer.problem(401, "this API key is not known"))) {
            TestShell shell = new TestShell(home).input(lines);

            assertThat(shell.run("events", "send", "-", "--api-url", api.url())).isEqualTo(1);

            assertThat(shell.err()).contains("this API key is not known (401)");
            assertThat(shell.err().lines()).hasSize(1);
            assertThat(api.requests()).hasSizeLessThan(100);
        }
    }

    @Test
    void oneAtATimeKeepsTheOrder() throws Exception {
        String lines = IntStream.range(0, 50)
                .mapToObj(i -> "{\"id\":\"" + i + "\",\"type\":\"a\"}\n")
                .collect(Collectors.joining());
        try (ScriptedApi api = new ScriptedApi(request -> ACCEPTED)) {
            new TestShell(home).input(lines).run("events", "send", "-", "--in-flight=1", "--api-url", api.url());

            assertThat(api.requests().stream()
                            .map(ScriptedApi.Request::body)
                            .collect(Collectors.joining("\n", "", "\n")))
                    .isEqualTo(lines);
        }
    }

    @Test
    void aMissingFileIsOneSentence() {
        TestShell shell = new TestShell(home);
        assertThat(shell.run("events", "send", home.resolve("none").toString())).isEqualTo(2);
        assertThat(shell.err().lines()).hasSize(1);
        assertThat(shell.err()).contains("there is no such file");
    }
}

package dev.fanfare.cli.apply;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fanfare.cli.ScriptedApi;
import dev.fanfare.cli.ScriptedApi.Answer;
import dev.fanfare.cli.ScriptedApi.Request;
import dev.fanfare.cli.TestShell;
import dev.fanfare.contract.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ApplyTest {
    private static final String BILLING = "{\"id\":\"billing\",\"url\":\"https://example.com/hook\","
            + "\"eventTypes\":[\"invoice.*\",\"order.created\"],\"timeout\":\"15s\",\"state\":\"paused\","
            + "\"retry\":{\"schedule\":[\"1m\",\"1h\"]},\"rateLimit\":{\"perSecond\":50.0},"
            + "\"metadata\":{\"team\":\"billing\",\"tier\":\"gold\"}}";
    private static final String ORPHAN =
            "{\"id\":\"orphan\",\"url\":\"https://example.com/old\",\"metadata\":{\"team\":\"billing\"}}";
    private static final String OTHERS =
            "{\"id\":\"others\",\"url\":\"https://example.com/other\",\"metadata\":{\"team\":\"shop\"}}";
    private static final String PAID =
            "{\"name\":\"invoice.paid\",\"description\":\"Paid.\",\"versions\":[{\"version\":3,\"schema\":{\"type\":\"object\"}}]}";

    @TempDir
    Path home;

    private final Map<String, List<String>> lists =
            new TreeMap<>(Map.of("/subscriptions", List.of(BILLING, ORPHAN, OTHERS), "/event-types", List.of(PAID)));
    private Answer toWrites = new Answer(200, "{\"secret\":\"whsec_abc\"}");
    private List<Request> requests = List.of();

    private TestShell apply(int exitCode, String yaml, String... options) throws IOException {
        Path file = Files.writeString(home.resolve("declared.yaml"), yaml);
        try (ScriptedApi api = new ScriptedApi(this::answer)) {
            TestShell shell = new TestShell(home);
            List<String> args = new ArrayList<>(List.of("apply", "-f", file.toString(), "--api-url", api.url()));
            args.addAll(List.of(options));
            assertThat(shell.run(args.toArray(String[]::new)))
                    .as(shell.out() + shell.err())
                    .isEqualTo(exitCode);
            requests = api.requests();
            return shell;
        }
    }

    private Answer answer(Request request) {
        if (!request.method().equals("GET")) {
            return toWrites;
        }
        String list = request.path().replaceAll("^/v1/tenants/default|\\?.*$", "");
        ObjectNode page = Json.TOPIC.createObjectNode();
        ArrayNode items = page.putArray("items");
        lists.get(list).forEach(item -> {
            try {
                items.add(Json.TOPIC.readTree(item));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        return new Answer(200, page.toString());
    }

    private List<String> writes() {
        return requests.stream()
                .filter(request -> !request.method().equals("GET"))
                .map(request -> request.method() + " " + request.path().replace("/v1/tenants/default", "") + " "
                        + request.body())
                .toList();
    }

    @Test
    void whatIsAsDeclaredIsNotTouchedHoweverItIsWritten() throws Exception {
        TestShell shell = apply(0, """
                kind: subscription
                id: billing
                url: https://example.com/hook
                eventTypes: [order.created, "invoice.*"]
                timeout: 15000ms
                retry: { schedule: [60s, 60m] }
                rateLimit: { perSecond: 50 }
                ---
                kind: event-type
                name: invoice.paid
                schema: { type: object }
                """);
        assertThat(writes()).isEmpty();
        assertThat(shell.out()).contains("Changed 0, as declared already: 2.");
    }

    @Test
    void onlyWhatDiffersIsChangedAndWhatIsNotNamedStays() throws Exception {
        TestShell shell = apply(0, """
                kind: subscription
                id: billing
                url: https://example.com/hook
                timeout: 30s
                metadata: { team: billing }
                """);
        assertThat(writes())
                .containsExactly("PATCH /subscriptions/billing"
                        + " {\"timeout\":\"30s\",\"metadata\":{\"team\":\"billing\",\"tier\":null}}");
        assertThat(shell.out()).contains("~ subscription billing", "timeout: 15s → 30s");
    }

    @Test
    void whatIsNotThereIsMadeAndItsSecretShownOnlyWhenAskedFor() throws Exception {
        String yaml = "{kind: subscription, id: new, url: 'https://example.com/n', eventTypes: ['*']}";
        assertThat(apply(0, yaml).out()).contains("+ subscription new").doesNotContain("whsec_abc");
        assertThat(writes())
                .containsExactly("PUT /subscriptions/new {\"url\":\"https://example.com/n\",\"eventTypes\":[\"*\"]}");
        assertThat(apply(0, yaml, "--show-secrets").out()).contains("secret of new: whsec_abc");
    }

    @Test
    void anotherSchemaIsTheNextVersionAndComesBeforeSubscriptions() throws Exception {
        apply(0, """
                kind: subscription
                id: billing
                timeout: 20s
                ---
                kind: event-type
                name: invoice.paid
                schema: { type: array }
                """);
        assertThat(writes())
                .containsExactly(
                        "PUT /event-types/invoice.paid {\"description\":\"Paid.\"}",
                        "PUT /event-types/invoice.paid/versions/4 {\"schema\":{\"type\":\"array\"}}",
                        "PATCH /subscriptions/billing {\"timeout\":\"20s\"}");
    }

    @Test
    void aDryRunShowsWhatDiffersAndChangesNothing() throws Exception {
        TestShell shell = apply(
                0,
                "{kind: subscription, id: billing, timeout: 1s, metadata: {team: billing, tier: gold}}",
                "--dry-run",
                "--prune=team=billing");
        assertThat(writes()).isEmpty();
        assertThat(shell.out()).contains("timeout: 15s → 1s", "- subscription orphan", "Would change 2");
    }

    @Test
    void pruningDeletesWhatHasTheLabelAndIsNotDeclaredAndAsksFirst() throws Exception {
        String yaml = "{kind: subscription, id: billing, metadata: {team: billing, tier: gold}}";
        assertThat(apply(2, yaml, "--prune=team=billing").err()).contains("delete 1 subscription", "--yes");
        assertThat(writes()).isEmpty();
        apply(0, yaml, "--prune=team=billing", "--yes");
        assertThat(writes()).containsExactly("DELETE /subscriptions/orphan ");
    }

    @Test
    void whatPruningWouldNeverFindAgainIsRefused() throws Exception {
        assertThat(apply(2, "{kind: subscription, id: billing, timeout: 1s}", "--prune=team=billing")
                        .err())
                .contains("declared.yaml, document 1 (subscription billing): metadata must have team=billing");
        assertThat(requests).isEmpty();
    }

    @Test
    void everyFaultOfTheFilesIsToldBeforeAnythingIsDone() throws Exception {
        TestShell shell = apply(2, """
                kind: subscription
                id: billing
                timeuot: 1s
                ---
                kind: subscription
                id: billing
                auth: { type: bearer, token: hush-hush }
                ---
                kind: webhook
                ---
                kind: event-type
                schema: {}
                ---
                kind: subscription
                id: x
                rateLimit: null
                """);
        assertThat(requests).isEmpty();
        assertThat(shell.err())
                .contains(
                        "document 1 (subscription billing): timeuot is not a field of a subscription. Did you mean 'timeout'?",
                        "document 2 (subscription billing): auth holds credentials",
                        "document 2: subscription billing is declared twice, before in",
                        "document 3: kind is \"webhook\": write event-type or subscription",
                        "document 4: name is required",
                        "document 5 (subscription x): rateLimit is null")
                .doesNotContain("hush-hush");
    }

    @Test
    void whatIsNoYamlIsToldByFileAndLine() throws Exception {
        assertThat(apply(2, "kind: subscription\nid: [\n").err())
                .contains("declared.yaml: is neither YAML nor JSON (line ");
    }

    @Test
    void aRefusalNamesTheFileAndHowFarItCame() throws Exception {
        toWrites = Answer.problem(422, "url must be https");
        assertThat(apply(1, "{kind: subscription, id: billing, url: 'http://example.com'}")
                        .err())
                .contains(
                        "declared.yaml, document 1 (subscription billing): url must be https (422)",
                        "0 of 1 changes were made before");
    }
}

package dev.fanfare.control;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fanfare.contract.ApiDescription;
import dev.fanfare.contract.Json;
import dev.fanfare.contract.delivery.Verdict;
import dev.fanfare.contract.filter.FilterReader;
import dev.fanfare.contract.problem.Problem.FieldError;
import dev.fanfare.runtime.secret.KeysetFile;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The description is written by hand; this keeps it true. */
class ApiDescriptionTest {
    /** Mounted by the ingest role, which this module can't see. */
    private static final String INGEST = "POST /v1/tenants/{tenant}/events";

    private static final JsonNode DESCRIPTION = ApiDescription.read();

    @Test
    void itDescribesExactlyTheRoutesThatAreMounted(@TempDir Path folder) throws Exception {
        KeysetFile.create(folder.resolve("keyset.json"));
        Vertx vertx = Vertx.vertx();
        Set<String> mounted = new TreeSet<>(Set.of(INGEST));
        try (ControlRole role = RunningControl.role("127.0.0.1:1", folder.resolve("keyset.json"), Map.of(), vertx)) {
            Router router = Router.router(vertx);
            role.mount(router);
            router.getRoutes().stream()
                    .filter(route -> route.getPath() != null && route.getPath().startsWith("/v1/"))
                    .forEach(route -> {
                        for (HttpMethod method : route.methods()) {
                            mounted.add(method + " " + ApiDescription.template(route.getPath()));
                        }
                    });
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
        Set<String> described = new TreeSet<>();
        DESCRIPTION.path("paths").properties().forEach(path -> path.getValue()
                .fieldNames()
                .forEachRemaining(member -> {
                    if (!member.equals("parameters")) {
                        described.add(member.toUpperCase(Locale.ROOT) + " " + path.getKey());
                    }
                }));
        assertThat(described).isEqualTo(mounted);
    }

    @Test
    void itsSchemasHaveTheMembersThatAreAnswered() throws Exception {
        assertThat(properties("Subscription"))
                .containsExactlyInAnyOrderElementsOf(components("subscription.SubscriptionView")
                        .filter(name -> !name.equals("secret"))
                        .toList());
        assertThat(properties("SubscriptionRequest")).containsExactlyInAnyOrderElementsOf(properties("Subscription"));
        assertThat(properties("Attempt"))
                .containsExactlyInAnyOrderElementsOf(
                        components("attempt.AttemptRoutes$View").toList());
        assertThat(properties("DeadLetter"))
                .containsExactlyInAnyOrderElementsOf(
                        components("deadletter.DeadLetterView").toList());
        assertThat(properties("DeadLetterRun"))
                .containsExactlyInAnyOrderElementsOf(
                        components("deadletter.DeadLetterRunView").toList());
        assertThat(properties("EventStory"))
                .containsExactlyInAnyOrderElementsOf(components("event.EventStory")
                        .map(name -> name.equals("isComplete") ? "complete" : name)
                        .toList());
        assertThat(properties("Replay"))
                .containsExactlyInAnyOrderElementsOf(
                        components("subscription.ReplayView").toList());
        assertThat(properties("Tenant"))
                .containsExactlyInAnyOrderElementsOf(
                        components("catalog.TenantView").toList());
        assertThat(properties("Key"))
                .containsExactlyInAnyOrderElementsOf(components("catalog.KeyView")
                        .filter(name -> !name.equals("key"))
                        .toList());
        assertThat(properties("PortalLink"))
                .containsExactlyInAnyOrderElementsOf(
                        components("portal.PortalRoutes$View").toList());
        assertThat(properties("EventType"))
                .containsExactlyInAnyOrderElementsOf(
                        components("catalog.EventTypeView").toList());
        assertThat(properties("EventTypeVersion"))
                .containsExactlyInAnyOrderElementsOf(
                        components("catalog.EventTypeView$VersionView").toList());
        assertThat(DESCRIPTION.at("/components/schemas/Verdict/enum").toString())
                .isEqualTo(Json.STRICT.writeValueAsString(
                        Stream.of(Verdict.values()).map(Verdict::text).toList()));
        assertThat(DESCRIPTION.at("/components/schemas/DeadLetterReason/enum").toString())
                .isEqualTo(Json.STRICT.writeValueAsString(Stream.of(Verdict.values())
                        .filter(Verdict::isDeadLetter)
                        .map(Verdict::text)
                        .toList()));
    }

    @Test
    void everyReferenceInItLeadsSomewhere() {
        List<String> references = DESCRIPTION.findValuesAsText("$ref");
        assertThat(references).isNotEmpty().allSatisfy(reference -> assertThat(
                        DESCRIPTION.at(reference.substring(1)).isMissingNode())
                .as(reference)
                .isFalse());
    }

    @Test
    void everyOperationSaysWhatItAnswersWithoutAKey() {
        for (JsonNode path : DESCRIPTION.path("paths")) {
            path.properties().stream()
                    .filter(operation -> !operation.getKey().equals("parameters"))
                    .forEach(operation -> assertThat(
                                    operation.getValue().path("responses").has("401"))
                            .as(operation.getValue().path("operationId").asText())
                            .isTrue());
        }
    }

    @Test
    void itsExamplesOfFiltersAreFilters() {
        JsonNode examples = DESCRIPTION.at("/components/schemas/Filters/examples");
        assertThat(examples).isNotEmpty().allSatisfy(filters -> {
            List<FieldError> faults = new ArrayList<>();
            FilterReader.read(filters, "filters", faults);
            assertThat(faults).as(filters.toString()).isEmpty();
        });
    }

    private static List<String> properties(String schema) {
        return DESCRIPTION.at("/components/schemas/" + schema + "/properties").properties().stream()
                .map(Map.Entry::getKey)
                .toList();
    }

    private static Stream<String> components(String record) throws ClassNotFoundException {
        return Arrays.stream(Class.forName("dev.fanfare.control." + record).getRecordComponents())
                .map(component -> component.getName());
    }
}

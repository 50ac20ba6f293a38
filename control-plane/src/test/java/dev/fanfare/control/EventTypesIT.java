package dev.fanfare.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.control.RunningControl.Answer;
import dev.fanfare.testkit.Fresh;
import dev.fanfare.testkit.TestBroker;
import dev.fanfare.testkit.WithBroker;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@WithBroker
class EventTypesIT {
    private static final String TYPES = "/v1/tenants/acme/event-types";
    private static final String SCHEMA =
            "{\"schema\":{\"type\":\"object\",\"required\":[\"total\"]},\"example\":{\"total\":1}}";
    private static final String OTHER_SCHEMA = "{\"schema\":{\"type\":\"object\",\"required\":[\"sum\"]}}";

    @TempDir
    static Path folder;

    private static RunningControl control;

    @BeforeAll
    static void startTheControlPlane(@Fresh TestBroker broker) throws Exception {
        control = RunningControl.on(broker, folder);
    }

    @AfterAll
    static void stopTheControlPlane() {
        control.close();
    }

    @Test
    void aTypeIsMadeGetsVersionsAndGoes() {
        Answer made = control.put(TYPES + "/order.created", "{\"description\":\"An order was placed.\"}");
        assertThat(made.status()).isEqualTo(201);
        assertThat(control.put(TYPES + "/order.created/versions/1", SCHEMA).status())
                .isEqualTo(200);
        assertThat(control.put(TYPES + "/order.created/versions/2", OTHER_SCHEMA)
                        .status())
                .isEqualTo(200);

        Answer got = control.get(TYPES + "/order.created");
        assertThat(got.json().at("/versions/0/version").asInt()).isEqualTo(1);
        assertThat(got.json().at("/versions/0/example/total").asInt()).isEqualTo(1);
        assertThat(got.json().at("/versions/1/schema/required/0").asText()).isEqualTo("sum");
        assertThat(control.get(TYPES + "/order.created/versions/2")
                        .json()
                        .at("/schema/required/0")
                        .asText())
                .isEqualTo("sum");
        assertThat(control.get(TYPES).json().path("items").findValuesAsText("name"))
                .contains("order.created");
        assertThat(control.get("/v1/tenants/other/event-types").json().path("items"))
                .isEmpty();

        assertThat(control.put(TYPES + "/order.created", "{\"description\":\"Placed.\"}", "if-match", made.etag())
                        .status())
                .isEqualTo(412);
        Answer changed = control.put(TYPES + "/order.created", "{\"description\":\"Placed.\"}");
        assertThat(changed.json().path("versions")).hasSize(2);
        assertThat(control.put(TYPES + "/order.created", "{\"description\":\"Placed.\"}")
                        .etag())
                .isEqualTo(changed.etag());

        assertThat(control.delete(TYPES + "/order.created").status()).isEqualTo(204);
        assertThat(control.get(TYPES + "/order.created").status()).isEqualTo(404);
        assertThat(control.put(TYPES + "/order.created/versions/1", SCHEMA).status())
                .isEqualTo(404);
    }

    @Test
    void aVersionIsNeverChangedButItsDeprecation() {
        control.put(TYPES + "/fixed", "{}");
        Answer first = control.put(TYPES + "/fixed/versions/3", SCHEMA);

        assertThat(control.put(TYPES + "/fixed/versions/3", SCHEMA).etag()).isEqualTo(first.etag());
        Answer refused = control.put(TYPES + "/fixed/versions/3", OTHER_SCHEMA);
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.json().path("type").asText()).isEqualTo("/problems/version-fixed");
        assertThat(control.put(TYPES + "/fixed/versions/2", OTHER_SCHEMA).status())
                .isEqualTo(409);

        String notice = SCHEMA.substring(0, SCHEMA.length() - 1)
                + ",\"deprecation\":{\"notice\":\"use 4\",\"endsAt\":\"2027-01-01T00:00:00Z\"}}";
        Answer deprecated = control.put(TYPES + "/fixed/versions/3", notice);
        assertThat(deprecated.status()).isEqualTo(200);
        assertThat(deprecated.json().at("/versions/0/deprecation/notice").asText())
                .isEqualTo("use 4");
        assertThat(deprecated.json().at("/versions/0/schema/required/0").asText())
                .isEqualTo("total");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "faults            | {'schema':{'type':'strin'}}                              | schema/type",
                "faults            | {'schema':{'$ref':'https://example.com/x'}}              | schema/$ref",
                "faults            | {'example':{}}                                           | schema",
                "faults            | {'schema':{'type':'object'},'example':[]}                | example",
                "faults            | {'schema':{'minimum':1e999}}                            | schema",
                "faults            | {'schema':{},'example':[-1e999]}                         | example",
                "faults            | {'schema':{},'version':2}                                | version",
                "faults            | {'schema':{},'exmple':1}                                 | exmple",
                "faults            | {'schema':{},'deprecation':{'endsAt':'soon'}}            | deprecation.endsAt",
            })
    void whatIsWrongWithAVersionIsNamed(String type, String body, String field) {
        control.put(TYPES + "/" + type, "{}");
        String before = control.get(TYPES + "/" + type).etag();

        Answer answer = control.put(TYPES + "/" + type + "/versions/1", body.replace('\'', '"'));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.faultyFields()).contains(field);
        assertThat(control.get(TYPES + "/" + type).etag()).isEqualTo(before);
    }

    @Test
    void aSchemaThatIsNestedTooDeeplyForRecordsAndAnswersIsRefused() {
        control.put(TYPES + "/deep", "{}");
        String deep = "{\"schema\":{\"const\":" + "[".repeat(998) + "]".repeat(998) + "}}";
        assertThat(control.put(TYPES + "/deep/versions/1", deep).faultyFields()).containsExactly("schema");
    }

    @Test
    void aNameThatDoesntFitAUrlIsRefused() {
        assertThat(control.put(TYPES + "/order%20created", "{}").faultyFields()).containsExactly("name");
        assertThat(control.put(TYPES + "/order.created-", "{}").faultyFields()).containsExactly("name");
        assertThat(control.put(TYPES + "/order.created/versions/one", SCHEMA).faultyFields())
                .containsExactly("version");
    }
}

package dev.fanfare.runtime.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fanfare.contract.Json;
import dev.fanfare.contract.problem.Problem.FieldError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DataSchemaTest {
    @Test
    void everyFaultOfDataIsNamedByAJsonPointer() throws Exception {
        DataSchema schema = DataSchema.compile(json("{'type':'object','required':['id'],'additionalProperties':false,"
                + "'properties':{'id':{'type':'integer'},'a/b':{'type':'array','items':{'type':'string'}}}}"));

        assertThat(schema.faults(json("{'id':1,'a/b':['x']}"), "/data")).isEmpty();
        assertThat(schema.faults(json("{'id':'1','a/b':['x',2],'more':0}"), "/data"))
                .extracting(FieldError::field)
                .containsExactlyInAnyOrder("/data/id", "/data/a~1b/1", "/data");
        assertThat(schema.faults(json("{}"), "/3/data")).singleElement().satisfies(fault -> {
            assertThat(fault.field()).isEqualTo("/3/data");
            assertThat(fault.detail()).contains("'id'");
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "true",
                "{'$schema':'https://json-schema.org/draft/2020-12/schema','type':'object'}",
                "{'$ref':'#/$defs/node','$defs':{'node':{'properties':{'next':{'$ref':'#/$defs/node'}}}}}",
                "{'$id':'https://example.com/order','type':'object'}"
            })
    void aSchemaOf202012IsTaken(String schema) throws Exception {
        assertThat(DataSchema.check(json(schema), "schema")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "17                                                             | schema",
                "{'type':'strin'}                                               | schema/type",
                "{'properties':{'x':{'minimum':'one'}}}                         | schema/properties/x/minimum",
                "{'pattern':'('}                                                | schema/pattern",
                "{'$schema':'http://json-schema.org/draft-07/schema#'}          | schema/$schema",
                "{'properties':{'x':{'$ref':'https://example.com/other.json'}}} | schema/properties/x/$ref",
                "{'$ref':'file:///etc/passwd'}                                  | schema/$ref",
                "{'$ref':'#/$defs/none'}                                        | schema",
                "{'$ref':'#'}                                                   | schema"
            })
    void whatIsNoUsableSchemaIsRefusedByName(String schema, String field) throws Exception {
        assertThat(DataSchema.check(json(schema), "schema")).isNotEmpty().allSatisfy(fault -> assertThat(fault.field())
                .isEqualTo(field));
    }

    @Test
    void twoSchemasWithTheSameIdStayApart() throws Exception {
        DataSchema numbers = DataSchema.compile(json("{'$id':'https://example.com/s','type':'number'}"));
        DataSchema texts = DataSchema.compile(json("{'$id':'https://example.com/s','type':'string'}"));

        assertThat(numbers.faults(json("1"), "")).isEmpty();
        assertThat(texts.faults(json("1"), "")).hasSize(1);
    }

    @Test
    void dataThatIsNestedDeeperThanTheStackIsAFaultAndNoCrash() throws Exception {
        DataSchema schema = DataSchema.compile(
                json("{'$ref':'#/$defs/n','$defs':{'n':{'items':{'$ref':'#/$defs/n'},'type':'array'}}}"));
        JsonNode deep = Json.TOPIC.createArrayNode();
        for (int i = 0; i < 200_000; i++) {
            deep = Json.TOPIC.createArrayNode().add(deep);
        }

        assertThat(schema.faults(deep, "/data")).singleElement().satisfies(fault -> assertThat(fault.detail())
                .contains("too deeply"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{'enum':[1]}", "{'const':1.5}", "{'multipleOf':2}"})
    void aNumberBeyondAllBoundsIsAFaultAndNoCrash(String schema) throws Exception {
        assertThat(DataSchema.compile(json(schema)).faults(json("1e999"), "/data"))
                .singleElement()
                .satisfies(fault -> assertThat(fault.detail()).contains("too large"));
    }

    @Test
    @Timeout(60)
    void aPatternThatWouldMatchForYearsIsGivenUp() throws Exception {
        DataSchema schema = DataSchema.compile(json("{'properties':{'a':{'pattern':'(.*a){25}b'}}}"));

        assertThat(schema.faults(json("{'a':'" + "a".repeat(60) + "'}"), "/data"))
                .singleElement()
                .satisfies(fault -> assertThat(fault.detail()).contains("takes too long"));
        assertThat(schema.faults(json("{'a':'b'}"), "/data"))
                .singleElement()
                .satisfies(fault -> assertThat(fault.detail()).contains("does not match"));
    }

    @Test
    void aPatternIsLookedForInLongTextsToo() throws Exception {
        DataSchema schema = DataSchema.compile(json("{'pattern':'^[a-z]+$'}"));

        assertThat(schema.faults(json("'" + "a".repeat(1_000_000) + "'"), "")).isEmpty();
        assertThat(schema.faults(json("'" + "a".repeat(1_000_000) + "1'"), "")).hasSize(1);
    }

    private static JsonNode json(String text) throws Exception {
        return Json.STRICT.readTree(text.replace('\'', '"'));
    }
}

package dev.fanfare.contract.filter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.contract.Json;
import dev.fanfare.contract.problem.Problem.FieldError;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FilterReaderTest {
    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{}                                      | filters                        | list of filters",
                "\"type = 'a'\"                          | filters                        | list of filters",
                "[1]                                     | filters[0]                     | one member",
                "[{}]                                    | filters[0]                     | one member",
                "[{\"exact\":{\"a\":\"b\"},\"not\":{}}]  | filters[0]                     | one member",
                "[{\"exakt\":{\"a\":\"b\"}}]             | filters[0].exakt               | Did you mean 'exact'?",
                "[{\"jsonata\":\"$\"}]                   | filters[0].jsonata             | all, any, data, exact, not, prefix",
                "[{\"exact\":{}}]                        | filters[0].exact               | object of attributes",
                "[{\"exact\":\"eu\"}]                    | filters[0].exact               | object of attributes",
                "[{\"exact\":{\"Region\":\"eu\"}}]       | filters[0].exact.Region        | not an attribute's name",
                "[{\"exact\":{\"\":\"eu\"}}]             | filters[0].exact.              | not an attribute's name",
                "[{\"exact\":{\"data\":\"eu\"}}]         | filters[0].exact.data          | the dialect 'data'",
                "[{\"exact\":{\"region\":\"\"}}]         | filters[0].exact.region        | not empty",
                "[{\"exact\":{\"sequence\":7}}]          | filters[0].exact.sequence      | compared as text",
                "[{\"prefix\":{\"region\":null}}]        | filters[0].prefix.region       | must be a string",
                "[{\"suffix\":{\"region\":[]}}]          | filters[0].suffix.region       | must be a string",
                "[{\"all\":[]}]                          | filters[0].all                 | list of filters",
                "[{\"any\":{\"exact\":{}}}]              | filters[0].any                 | list of filters",
                "[{\"not\":[]}]                          | filters[0].not                 | one member",
                "[{\"exact\":{\"a\":\"b\"}},{\"any\":[{\"exact\":{\"a\":\"\"}}]}] | filters[1].any[0].exact.a | not empty",
                "[{\"not\":{\"sufix\":{}}}]              | filters[0].not.sufix           | Did you mean 'suffix'?",
                "[{\"sql\":{}}]                          | filters[0].sql                 | CloudEvents SQL expression",
                "[{\"sql\":\"\"}]                        | filters[0].sql                 | not a CloudEvents SQL expression",
                "[{\"sql\":\"region =\"}]                | filters[0].sql                 | at character 9",
                "[{\"sql\":\"region = 'eu' x\"}]         | filters[0].sql                 | at character 15",
                "[{\"sql\":\"region == 'eu'\"}]          | filters[0].sql                 | at character 9",
                "[{\"sql\":\"region = #\"}]              | filters[0].sql                 | at character 10",
                "[{\"sql\":\"region LIKE subject\"}]     | filters[0].sql                 | at character 13",
                "[{\"sql\":\"nosuch(region)\"}]          | filters[0].sql                 | no such function",
                "[{\"sql\":\"LENGTH(region, id)\"}]      | filters[0].sql                 | with 2 parameters",
                "[{\"sql\":\"Region = 'eu'\"}]           | filters[0].sql                 | no attribute is called",
                "[{\"sql\":\"99999999999 = id\"}]        | filters[0].sql                 | not a CloudEvents SQL expression",
                "[{\"data\":{}}]                         | filters[0].data                | JSON Pointers",
                "[{\"data\":\"$.a\"}]                    | filters[0].data                | JSON Pointers",
                "[{\"data\":{\"a\":{\"eq\":1}}}]         | filters[0].data.a              | /order/total",
                "[{\"data\":{\"/a~2\":{\"eq\":1}}}]      | filters[0].data./a~2           | ~1 for /",
                "[{\"data\":{\"/a~\":{\"eq\":1}}}]       | filters[0].data./a~            | ~1 for /",
                "[{\"data\":{\"/a\":1}}]                 | filters[0].data./a             | object of comparisons",
                "[{\"data\":{\"/a\":{}}}]                | filters[0].data./a             | object of comparisons",
                "[{\"data\":{\"/a\":{\"equals\":1}}}]    | filters[0].data./a.equals      | eq, exists, gt",
                "[{\"data\":{\"/a\":{\"gtr\":1}}}]       | filters[0].data./a.gtr         | Did you mean 'gt'?",
                "[{\"data\":{\"/a\":{\"eq\":[]}}}]       | filters[0].data./a.eq          | must be a string, a number",
                "[{\"data\":{\"/a\":{\"ne\":{}}}}]       | filters[0].data./a.ne          | must be a string, a number",
                "[{\"data\":{\"/a\":{\"eq\":1e999}}}]    | filters[0].data./a.eq          | must be a string, a number",
                "[{\"data\":{\"/a\":{\"gt\":true}}}]     | filters[0].data./a.gt          | nothing else has an order",
                "[{\"data\":{\"/a\":{\"in\":1}}}]        | filters[0].data./a.in          | list of 1 to 100",
                "[{\"data\":{\"/a\":{\"in\":[]}}}]       | filters[0].data./a.in          | list of 1 to 100",
                "[{\"data\":{\"/a\":{\"in\":[1,[2]]}}}]  | filters[0].data./a.in[1]       | must be a string, a number",
                "[{\"data\":{\"/a\":{\"exists\":1}}}]    | filters[0].data./a.exists      | true or false",
                "[{\"data\":{\"/a\":{\"prefix\":1}}}]    | filters[0].data./a.prefix      | not empty",
                "[{\"data\":{\"/a\":{\"suffix\":\"\"}}}] | filters[0].data./a.suffix      | not empty",
            })
    void aBadFilterIsRefusedWithItsPlace(String filters, String field, String words) throws Exception {
        List<FieldError> faults = read(filters);
        assertThat(faults).hasSize(1);
        assertThat(faults.get(0).field()).isEqualTo(field);
        assertThat(faults.get(0).detail()).contains(words);
    }

    @Test
    void allFaultsAreToldAtOnce() throws Exception {
        assertThat(
                        read(
                                "[{\"exact\":{\"A\":\"\",\"b\":1}},{\"data\":{\"x\":{\"eq\":[],\"gt\":null}}},{\"sql\":\"(\"}]"))
                .extracting(FieldError::field)
                .containsExactlyInAnyOrder(
                        "filters[0].exact.A",
                        "filters[0].exact.A",
                        "filters[0].exact.b",
                        "filters[1].data.x",
                        "filters[1].data.x.eq",
                        "filters[1].data.x.gt",
                        "filters[2].sql");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7})
    void filtersMayBeNestedEightDeep(int negations) throws Exception {
        String filter = "{\"not\":".repeat(negations) + "{\"exact\":{\"a\":\"b\"}}" + "}".repeat(negations);
        assertThat(read("[" + filter + "]")).isEmpty();
        assertThat(read("[" + "{\"not\":".repeat(8 - negations) + filter + "}".repeat(8 - negations) + "]"))
                .singleElement()
                .satisfies(fault -> assertThat(fault.detail()).contains("at most 8 levels"));
    }

    @Test
    void nestingWithoutEndIsRefusedAndExhaustsNothing() throws Exception {
        String deep = "{\"not\":".repeat(900) + "1" + "}".repeat(900);
        assertThat(read("[" + deep + "]")).hasSize(1);
        assertThat(read("[{\"sql\":\"" + "(".repeat(500) + "1" + ")".repeat(500) + "\"}]"))
                .singleElement()
                .satisfies(fault -> assertThat(fault.detail()).contains("more than 250 words"));
        assertThat(read("[{\"sql\":\"" + "(".repeat(120) + "1" + ")".repeat(120) + "\"}]"))
                .isEmpty();
        assertThat(read("[{\"sql\":\"" + "NOT ".repeat(240) + "TRUE\"}]")).isEmpty();
        assertThat(read("[{\"sql\":\"" + "x".repeat(1_025) + "\"}]"))
                .singleElement()
                .satisfies(fault -> assertThat(fault.detail()).contains("longer than 1024"));
    }

    @Test
    void aHundredPartsAreTheMost() throws Exception {
        assertThat(read(attributes(99))).isEmpty();
        assertThat(read(attributes(100))).singleElement().satisfies(fault -> assertThat(fault.detail())
                .contains("at most 100 parts"));
        assertThat(read("[" + "{\"sql\":\"TRUE\"},".repeat(9) + "{\"sql\":\"TRUE\"}]"))
                .isEmpty();
        assertThat(read("[" + "{\"sql\":\"TRUE\"},".repeat(10) + "{\"sql\":\"TRUE\"}]"))
                .hasSize(1);
        assertThat(read("[" + "1,".repeat(20_000) + "1]")).hasSizeLessThan(110);
    }

    private static String attributes(int count) {
        StringBuilder json = new StringBuilder("[{\"exact\":{");
        for (int i = 0; i < count; i++) {
            json.append(i == 0 ? "" : ",").append("\"a").append(i).append("\":\"b\"");
        }
        return json.append("}}]").toString();
    }

    private static List<FieldError> read(String filters) throws Exception {
        List<FieldError> faults = new ArrayList<>();
        FilterReader.read(Json.STRICT.readTree(filters), "filters", faults);
        return faults;
    }
}

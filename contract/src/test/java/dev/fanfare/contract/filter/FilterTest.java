package dev.fanfare.contract.filter;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.fanfare.contract.Json;
import dev.fanfare.contract.event.Event;
import dev.fanfare.contract.problem.Problem.FieldError;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FilterTest {
    private static final Map<String, String> ATTRIBUTES = Map.of(
            "id",
            "1",
            "type",
            "order.created",
            "source",
            "/shop/eu",
            "subject",
            "Customer-42",
            "time",
            "2026-11-21T12:00:00Z",
            "region",
            "eu",
            "sequence",
            "7",
            "flag",
            "true",
            "percent",
            "50%_x");
    private static final String BODY = """
            {"order": {"total": 100.50, "count": 3, "currency": "EUR", "note": null, "paid": true,
                       "big": 9007199254740993, "huge": 123456789012345678901234567890, "tenth": 0.1,
                       "items": [{"sku": "a-1"}, {"sku": "b-2"}], "a/b": 1, "m~n": 2, "": 3}}""";

    private final List<FilterFailure> failures = new ArrayList<>();

    @ParameterizedTest(name = "{0} is {1}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                // the list itself: all must hold, and none is all
                "[]                                                          | true",
                "null                                                        | true",
                "[{\"exact\":{\"region\":\"eu\"}},{\"exact\":{\"id\":\"1\"}}] | true",
                "[{\"exact\":{\"region\":\"eu\"}},{\"exact\":{\"id\":\"2\"}}] | false",
                // exact, prefix, suffix: every attribute named, case told apart, absent is false
                "[{\"exact\":{\"region\":\"eu\"}}]                           | true",
                "[{\"exact\":{\"region\":\"EU\"}}]                           | false",
                "[{\"exact\":{\"region\":\"e\"}}]                            | false",
                "[{\"exact\":{\"region\":\"eu\",\"sequence\":\"7\"}}]        | true",
                "[{\"exact\":{\"region\":\"eu\",\"sequence\":\"8\"}}]        | false",
                "[{\"exact\":{\"absent\":\"eu\"}}]                           | false",
                "[{\"exact\":{\"type\":\"order.created\",\"source\":\"/shop/eu\"}}] | true",
                "[{\"exact\":{\"specversion\":\"1.0\"}}]                     | true",
                "[{\"exact\":{\"datacontenttype\":\"application/json\"}}]    | true",
                "[{\"prefix\":{\"subject\":\"Customer-\"}}]                  | true",
                "[{\"prefix\":{\"subject\":\"customer-\"}}]                  | false",
                "[{\"prefix\":{\"subject\":\"Customer-42\"}}]                | true",
                "[{\"prefix\":{\"subject\":\"Customer-421\"}}]               | false",
                "[{\"prefix\":{\"absent\":\"a\"}}]                           | false",
                "[{\"suffix\":{\"subject\":\"-42\",\"type\":\".created\"}}]  | true",
                "[{\"suffix\":{\"subject\":\"-42\",\"type\":\".paid\"}}]     | false",
                "[{\"suffix\":{\"type\":\".Created\"}}]                      | false",
                "[{\"suffix\":{\"absent\":\"a\"}}]                           | false",
                // all, any, not
                "[{\"all\":[{\"exact\":{\"region\":\"eu\"}},{\"exact\":{\"id\":\"1\"}}]}] | true",
                "[{\"all\":[{\"exact\":{\"region\":\"eu\"}},{\"exact\":{\"id\":\"2\"}}]}] | false",
                "[{\"any\":[{\"exact\":{\"region\":\"us\"}},{\"exact\":{\"id\":\"1\"}}]}] | true",
                "[{\"any\":[{\"exact\":{\"region\":\"us\"}},{\"exact\":{\"id\":\"2\"}}]}] | false",
                "[{\"not\":{\"exact\":{\"region\":\"us\"}}}]                 | true",
                "[{\"not\":{\"exact\":{\"region\":\"eu\"}}}]                 | false",
                "[{\"not\":{\"exact\":{\"absent\":\"x\"}}}]                  | true",
                "[{\"not\":{\"any\":[{\"not\":{\"exact\":{\"region\":\"eu\"}}}]}}] | true",
                // sql
                "[{\"sql\":\"region = 'eu'\"}]                               | true",
                "[{\"sql\":\"region = 'EU'\"}]                               | false",
                "[{\"sql\":\"sequence > 6 AND sequence < 8\"}]               | true",
                "[{\"sql\":\"EXISTS region AND NOT EXISTS absent\"}]         | true",
                "[{\"sql\":\"EXISTS datacontenttype AND EXISTS subject\"}]   | true",
                "[{\"sql\":\"EXISTS dataschema\"}]                           | false",
                "[{\"sql\":\"type IN ('order.created', 'order.paid')\"}]     | true",
                "[{\"sql\":\"LOWER(subject) = 'customer-42'\"}]              | true",
                "[{\"sql\":\"subject LIKE 'Customer-__'\"}]                  | true",
                "[{\"sql\":\"subject LIKE '%-4%'\"}]                         | true",
                "[{\"sql\":\"subject LIKE 'Customer'\"}]                     | false",
                "[{\"sql\":\"subject NOT LIKE 'c%'\"}]                       | true",
                "[{\"sql\":\"percent LIKE '50\\\\%\\\\_x'\"}]                | true",
                "[{\"sql\":\"percent LIKE '5\\\\%%'\"}]                      | false",
                "[{\"sql\":\"flag\"}]                                        | true",
                "[{\"sql\":\"sequence - 7\"}]                                | false",
                "[{\"sql\":\"absent = 'x' OR region = 'eu'\"}]               | true",
                "[{\"not\":{\"sql\":\"region = 'us'\"}}]                     | true",
                "[{\"sql\":\"time = '2026-11-21T12:00:00Z' AND specversion = '1.0'\"}] | true",
                // data
                "[{\"data\":{\"/order/total\":{\"gt\":100}}}]                | true",
                "[{\"data\":{\"/order/total\":{\"gt\":100.5}}}]              | false",
                "[{\"data\":{\"/order/total\":{\"gte\":100.5,\"lte\":100.5}}}] | true",
                "[{\"data\":{\"/order/total\":{\"eq\":100.500}}}]            | true",
                "[{\"data\":{\"/order/total\":{\"eq\":1.005e2}}}]            | true",
                "[{\"data\":{\"/order/tenth\":{\"eq\":0.1}}}]                | true",
                "[{\"data\":{\"/order/count\":{\"eq\":3.0,\"lt\":3.1}}}]     | true",
                "[{\"data\":{\"/order/big\":{\"eq\":9007199254740993}}}]     | true",
                "[{\"data\":{\"/order/big\":{\"eq\":9007199254740992}}}]     | false",
                "[{\"data\":{\"/order/huge\":{\"gt\":123456789012345678901234567889}}}] | true",
                "[{\"data\":{\"/order/total\":{\"eq\":\"100.50\"}}}]         | false",
                "[{\"data\":{\"/order/total\":{\"gt\":\"1\"}}}]              | false",
                "[{\"data\":{\"/order/currency\":{\"eq\":\"EUR\"}}}]         | true",
                "[{\"data\":{\"/order/currency\":{\"eq\":\"eur\"}}}]         | false",
                "[{\"data\":{\"/order/currency\":{\"in\":[\"CHF\",\"EUR\"]}}}] | true",
                "[{\"data\":{\"/order/currency\":{\"in\":[1,null]}}}]        | false",
                "[{\"data\":{\"/order/currency\":{\"gt\":\"EUA\",\"lt\":\"EUZ\"}}}] | true",
                "[{\"data\":{\"/order/currency\":{\"prefix\":\"E\",\"suffix\":\"R\"}}}] | true",
                "[{\"data\":{\"/order/count\":{\"prefix\":\"3\"}}}]          | false",
                "[{\"data\":{\"/order/currency\":{\"ne\":\"USD\"}}}]         | true",
                "[{\"data\":{\"/order/absent\":{\"ne\":\"USD\"}}}]           | false",
                "[{\"not\":{\"data\":{\"/order/absent\":{\"eq\":\"USD\"}}}}] | true",
                "[{\"data\":{\"/order/paid\":{\"eq\":true}}}]                | true",
                "[{\"data\":{\"/order/paid\":{\"eq\":\"true\"}}}]            | false",
                "[{\"data\":{\"/order/note\":{\"eq\":null,\"exists\":true}}}] | true",
                "[{\"data\":{\"/order/note\":{\"ne\":\"x\"}}}]               | true",
                "[{\"data\":{\"/order/absent\":{\"exists\":false}}}]         | true",
                "[{\"data\":{\"/order/absent\":{\"exists\":true}}}]          | false",
                "[{\"data\":{\"/order/absent\":{\"eq\":null}}}]              | false",
                "[{\"data\":{\"/order/items/1/sku\":{\"eq\":\"b-2\"}}}]      | true",
                "[{\"data\":{\"/order/items/2/sku\":{\"exists\":true}}}]     | false",
                "[{\"data\":{\"/order/items/-\":{\"exists\":true}}}]         | false",
                "[{\"data\":{\"/order/items/01\":{\"exists\":true}}}]        | false",
                "[{\"data\":{\"/order/items\":{\"exists\":true}}}]           | true",
                "[{\"data\":{\"/order/items\":{\"eq\":\"a-1\"}}}]            | false",
                "[{\"data\":{\"/order/a~1b\":{\"eq\":1}}}]                   | true",
                "[{\"data\":{\"/order/m~0n\":{\"eq\":2}}}]                   | true",
                "[{\"data\":{\"/order/\":{\"eq\":3}}}]                       | true",
                "[{\"data\":{\"\":{\"exists\":true}}}]                       | true",
                "[{\"data\":{\"/order/count\":{\"eq\":3},\"/order/paid\":{\"eq\":false}}}] | false",
            })
    void aFilterOnAnEvent(String filters, boolean wanted) throws Exception {
        assertThat(matches(filters, event("application/json", BODY))).isEqualTo(wanted);
        assertThat(failures).isEmpty();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "absent = 'x'",
                "region > 5",
                "sequence / 0 = 1",
                "LEFT(subject, -1) = 'x'",
                "region",
                "absent",
                "INT(region) = 1"
            })
    void anSqlExpressionThatEndsInAnErrorIsFalseAndToldAndSoItsNegationIsTrue(String sql) throws Exception {
        Event event = event("application/json", BODY);
        String filter = "{\"sql\":\"" + sql + "\"}";
        assertThat(matches("[" + filter + "]", event)).isFalse();
        assertThat(failures).containsExactly(FilterFailure.SQL);
        assertThat(matches("[{\"not\":" + filter + "}]", event)).isTrue();
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            nullValues = "none",
            value = {
                "application/octet-stream | {}",
                "text/plain               | {}",
                "application/json         | ``",
                "application/json         | {",
                "application/json         | {} {}",
                "application/json         | {\"a\":1e99999999999}",
                "application/json         | {'a':1}",
                "none                     | <a/>"
            })
    void aBodyThatIsNotJsonIsFalseForADataFilterAndToldOnce(@Nullable String contentType, String body)
            throws Exception {
        Event event = event(contentType, body);
        String filter = "{\"data\":{\"/a\":{\"exists\":false}}}";
        assertThat(matches("[{\"any\":[" + filter + "," + filter + "]}]", event))
                .isFalse();
        assertThat(failures).containsExactly(FilterFailure.BODY);
        assertThat(matches("[{\"not\":" + filter + "}]", event)).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "none",
            value = {"application/json", "text/json", "application/vnd.x+json; charset=utf-8", "none"})
    void theseMediaTypesAreJson(@Nullable String contentType) throws Exception {
        assertThat(matches("[{\"data\":{\"\":{\"eq\":1}}}]", event(contentType, "1")))
                .isTrue();
    }

    @Test
    void aBodyThatNoFilterAsksForIsNotLookedAt() throws Exception {
        Event event = event("application/json", "{");
        assertThat(matches("[{\"any\":[{\"exact\":{\"region\":\"eu\"}},{\"data\":{\"/a\":{\"eq\":1}}}]}]", event))
                .isTrue();
        assertThat(failures).isEmpty();
    }

    private boolean matches(String filters, Event event) throws JsonProcessingException {
        List<FieldError> faults = new ArrayList<>();
        Filter filter = FilterReader.read(Json.STRICT.readTree(filters), "filters", faults);
        assertThat(faults).isEmpty();
        return filter.matches(new EventView(event, failures::add));
    }

    private static Event event(@Nullable String contentType, String body) {
        return new Event(ATTRIBUTES, contentType, body.getBytes(UTF_8));
    }
}

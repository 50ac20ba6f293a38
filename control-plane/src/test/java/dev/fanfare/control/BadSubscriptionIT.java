package dev.fanfare.control;

import static dev.fanfare.control.RunningControl.SUBSCRIPTIONS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.contract.topic.Topics;
import dev.fanfare.control.RunningControl.Answer;
import dev.fanfare.testkit.Fresh;
import dev.fanfare.testkit.TestBroker;
import dev.fanfare.testkit.WithBroker;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bad input: refused with the field named, and nothing is written. */
@WithBroker
class BadSubscriptionIT {
    @TempDir
    static Path folder;

    private static TestBroker broker;
    private static RunningControl control;

    @BeforeAll
    static void startTheControlPlane(@Fresh TestBroker fresh) throws Exception {
        broker = fresh;
        control = RunningControl.on(broker, folder, Map.of("control.write-timeout", "1s"));
    }

    @AfterAll
    static void stopTheControlPlane() {
        control.close();
    }

    @ParameterizedTest(name = "{0} is refused")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"url\":\"/relative\"                       | url                | absolute http or https",
                "\"url\":\"ftp://example.com/\"              | url                | absolute http or https",
                "\"url\":\"https:example.com\"               | url                | names no host",
                "\"url\":\"https:///path\"                   | url                | names no host",
                "\"url\":\"https://me:pw@example.com/\"      | url                | user name or password",
                "\"url\":\"https://@example.com/\"           | url                | user name or password",
                "\"url\":\"https://example.com/#top\"        | url                | fragment",
                "\"url\":\"https://example.com:0/\"          | url                | port 0",
                "\"url\":\"https://example.com:70000/\"      | url                | 65535",
                "\"url\":\"https://my_host/\"                | url                | valid host",
                "\"url\":\"https://exa mple.com/\"           | url                | white space",
                "\"url\":\"https://exämple.com/\"            | url                | ASCII",
                "\"url\":\"https://example.com/\\r\\nX: y\"  | url                | white space",
                "\"url\":12                                  | url                | must be a string",
                "\"url\":null                                | url                | is required",
                "\"eventTypes\":[]                           | eventTypes         | at least one",
                "\"eventTypes\":\"order.created\"            | eventTypes         | a list of strings",
                "\"eventTypes\":[\"order.*.x\"]              | eventTypes         | neither an event type",
                "\"eventTypes\":[\"order*\"]                 | eventTypes         | neither an event type",
                "\"eventTypes\":[\".*\"]                     | eventTypes         | neither an event type",
                "\"eventTypes\":[\"a\",\"a\"]                | eventTypes         | twice",
                "\"eventTypes\":[\"a\",7]                    | eventTypes[1]      | must be a string",
                "\"id\":\"Upper\"                            | id                 | lower-case",
                "\"id\":\"a/b\"                              | id                 | lower-case",
                "\"tenant\":\"other\"                        | tenant             | 'acme'",
                "\"timeout\":\"15\"                          | timeout            | not a duration",
                "\"timeout\":\"99ms\"                        | timeout            | 100ms to 1m",
                "\"timeout\":\"61s\"                         | timeout            | 100ms to 1m",
                "\"timeout\":\"999999999999d\"               | timeout            | not a duration",
                "\"timeout\":15                              | timeout            | must be a string",
                "\"maxInFlight\":0                           | maxInFlight        | 1 to 1024",
                "\"maxInFlight\":1.5                         | maxInFlight        | 1 to 1024",
                "\"maxInFlight\":99999999999                 | maxInFlight        | 1 to 1024",
                "\"retry\":[\"1m\"]                          | retry              | an object",
                "\"retry\":{\"shedule\":[\"1m\"]}            | retry.shedule      | Did you mean 'schedule'",
                "\"retry\":{\"schedule\":[\"1m\",\"2d\"]}    | retry.schedule[1]  | out of range",
                "\"retry\":{\"schedule\":[\"soon\"]}         | retry.schedule[0]  | not a duration",
                "\"state\":\"on\"                            | state              | active, paused or disabled",
                "\"headers\":{\"X Y\":\"v\"}                 | headers.X Y        | not a header's name",
                "\"headers\":{\"\":\"v\"}                    | headers.           | 1 to 128",
                "\"headers\":{\"X-A\":\"v\\r\\nX: w\"}       | headers.X-A        | line break",
                "\"headers\":{\"X-A\":\"é\"}                 | headers.X-A        | ASCII",
                "\"headers\":{\"X-A\":\"1\",\"x-a\":\"2\"}   | headers.x-a        | twice",
                "\"headers\":{\"webhook-id\":\"v\"}          | headers.webhook-id | set by Fanfare",
                "\"headers\":{\"CE-Type\":\"v\"}             | headers.CE-Type    | set by Fanfare",
                "\"headers\":{\"Fanfare-X\":\"v\"}           | headers.Fanfare-X  | set by Fanfare",
                "\"headers\":{\"Host\":\"v\"}                | headers.Host       | by HTTP itself",
                "\"headers\":{\"content-length\":\"1\"}      | headers.content-length    | by HTTP itself",
                "\"headers\":{\"Transfer-Encoding\":\"x\"}   | headers.Transfer-Encoding | by HTTP itself",
                "\"headers\":{\"Authorization\":\"Bearer\"}  | headers.Authorization     | give them as 'auth'",
                "\"metadata\":{\"a\":1}                      | metadata.a         | must be a string",
                "\"description\":{}                          | description        | must be a string",
                "\"filters\":{}                              | filters            | a list of filters",
                "\"filters\":[{\"exact\":{\"type\":\"a\"}},{\"any\":[{\"exact\":{\"subject\":\"\"}}]}] | filters[1].any[0].exact.subject | not empty",
                "\"filters\":[{\"sufix\":{\"type\":\"a\"}}]     | filters[0].sufix   | Did you mean 'suffix'?",
                "\"signing\":\"v2\"                          | signing            | v1 or v1a",
                "\"auth\":{}                                 | auth.type          | bearer, basic, oauth2, mtls",
                "\"auth\":\"Bearer x\"                       | auth               | an object",
                "\"auth\":{\"type\":\"digest\"}              | auth.type          | bearer, basic, oauth2, mtls",
                "\"auth\":{\"type\":\"bearer\"}              | auth.token         | is required",
                "\"auth\":{\"type\":\"bearer\",\"token\":\"pw@ x\"} | auth.token       | without spaces",
                "\"auth\":{\"type\":\"bearer\",\"token\":\"pw@\",\"username\":\"u\"} | auth.username | not a member",
                "\"auth\":{\"type\":\"basic\",\"password\":\"pw@\"} | auth.username   | is required",
                "\"auth\":{\"type\":\"basic\",\"username\":\"a:b\",\"password\":\"pw@\"} | auth.username | without colons",
                "\"auth\":{\"type\":\"basic\",\"username\":\"a\",\"password\":\"pw@\\n\"} | auth.password | control characters",
                "\"auth\":{\"type\":\"oauth2\",\"tokenUrl\":\"nowhere\",\"clientId\":\"c\",\"clientSecret\":\"pw@\"} | auth.tokenUrl | absolute http",
                "\"auth\":{\"type\":\"oauth2\",\"tokenUrl\":\"https://id.example/\",\"clientSecret\":\"pw@\"} | auth.clientId | is required",
                "\"auth\":{\"type\":\"mtls\",\"privateKey\":\"pw@\"} | auth.certificate | is required",
                "\"auth\":{\"type\":\"mtls\",\"certificate\":\"pw@\",\"privateKey\":\"pw@\"} | auth.certificate | certificate",
                "\"rateLimit\":7                            | rateLimit          | an object",
                "\"rateLimit\":{}                           | rateLimit.perSecond | is required",
                "\"rateLimit\":{\"perSecond\":0}             | rateLimit.perSecond | 0.01 to 100000",
                "\"rateLimit\":{\"perSecond\":\"9\"}         | rateLimit.perSecond | 0.01 to 100000",
                "\"rateLimit\":{\"perSecond\":1,\"perMinute\":1} | rateLimit.perMinute | is not a member",
                "\"format\":\"xml\"                          | format             | binary or structured",
                "\"format\":1                               | format             | must be a string",
                "\"secret\":\"whsec_x\"                      | secret             | can't be set",
                "\"eventType\":[\"a\"]                       | eventType          | Did you mean 'eventTypes'?",
            })
    void aMember(String member, String field, String words) {
        long before = written();
        String name = member.substring(0, member.indexOf(':'));
        StringBuilder body = new StringBuilder("{").append(member);
        if (!name.equals("\"url\"")) {
            body.append(",\"url\":\"https://example.com/\"");
        }
        if (!name.equals("\"eventTypes\"")) {
            body.append(",\"eventTypes\":[\"*\"]");
        }
        Answer answer = control.post(SUBSCRIPTIONS, body.append('}').toString());
        assertThat(answer.status()).as(answer.body()).isEqualTo(400);
        assertThat(answer.header("content-type")).isEqualTo("application/problem+json");
        assertThat(answer.json().path("type").asText()).isEqualTo("/problems/invalid-subscription");
        assertThat(answer.faultyFields()).containsExactly(field);
        assertThat(answer.body()).contains(words).doesNotContain("pw@");
        assertThat(written()).isEqualTo(before);
    }

    @Test
    void everyFaultIsToldAtOnce() {
        Answer answer = control.post(
                SUBSCRIPTIONS,
                "{\"url\":\"nowhere\",\"timeout\":\"never\",\"maxInFlight\":-1,\"filters\":[1],\"colour\":1}");
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.faultyFields())
                .containsExactlyInAnyOrder("url", "eventTypes", "timeout", "maxInFlight", "filters[0]", "colour");
    }

    @ParameterizedTest(name = "the body {0} is refused")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "``                        | is empty",
                "{\"url\":                 | not valid JSON",
                "{} {}                     | not valid JSON",
                "{\"id\":\"a\",\"id\":\"b\"} | not valid JSON",
                "[]                        | one JSON object",
                "null                      | one JSON object",
                "\"text\"                  | one JSON object",
            })
    void aBody(String body, String words) {
        long before = written();
        Answer answer = control.post(SUBSCRIPTIONS, body);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.faultyFields()).containsExactly("body");
        assertThat(answer.body()).contains(words);
        assertThat(written()).isEqualTo(before);
    }

    @Test
    void tooMuchOfAnythingIsRefused() {
        String good = "\"url\":\"https://example.com/\",\"eventTypes\":[\"*\"]";
        String types = IntStream.range(0, 101).mapToObj(i -> "\"t" + i + "\"").collect(Collectors.joining(","));
        assertThat(control.post(SUBSCRIPTIONS, "{\"url\":\"https://example.com/\",\"eventTypes\":[" + types + "]}")
                        .faultyFields())
                .containsExactly("eventTypes");
        String pairs =
                IntStream.range(0, 51).mapToObj(i -> "\"k" + i + "\":\"v\"").collect(Collectors.joining(","));
        assertThat(control.post(
                                SUBSCRIPTIONS,
                                "{" + good + ",\"metadata\":{" + pairs + "},\"headers\":{" + pairs + "}}")
                        .faultyFields())
                .containsExactlyInAnyOrder("metadata", "headers");
        String delays = IntStream.range(0, 51).mapToObj(i -> "\"1s\"").collect(Collectors.joining(","));
        assertThat(control.post(SUBSCRIPTIONS, "{" + good + ",\"retry\":{\"schedule\":[" + delays + "]}}")
                        .faultyFields())
                .containsExactly("retry.schedule");
        assertThat(control.post(
                                SUBSCRIPTIONS,
                                "{\"url\":\"https://example.com/" + "a".repeat(2_048) + "\",\"eventTypes\":[\"*\"]}")
                        .faultyFields())
                .containsExactly("url");
        Answer tooLarge = control.post(SUBSCRIPTIONS, "{\"description\":\"" + "a".repeat(70_000) + "\"}");
        assertThat(tooLarge.status()).isEqualTo(413);
        assertThat(tooLarge.header("content-type")).isEqualTo("application/problem+json");
        String deep = "[".repeat(20_000) + "]".repeat(20_000);
        assertThat(control.post(SUBSCRIPTIONS, deep).status()).isEqualTo(400);
    }

    @Test
    void anythingButJsonIsRefused() {
        for (String type : List.of("", "text/plain", "application/x-www-form-urlencoded", "application/xml")) {
            Answer answer = control.send("POST", SUBSCRIPTIONS, "{}", Map.of("content-type", type));
            assertThat(answer.status()).as(type).isEqualTo(415);
            assertThat(answer.body()).contains("application/json");
        }
    }

    @Test
    void whatIsNotThereIsSaidInTheSameForm() {
        for (String path : List.of(SUBSCRIPTIONS + "/nobody", SUBSCRIPTIONS + "/nobody/rename", "/v1/tenants/acme/x")) {
            Answer answer = control.get(path);
            assertThat(answer.status()).as(path).isEqualTo(404);
            assertThat(answer.header("content-type")).isEqualTo("application/problem+json");
        }
        assertThat(control.post(SUBSCRIPTIONS + "/nobody", "{}").status()).isEqualTo(405);
        assertThat(control.put(SUBSCRIPTIONS + "/Not%20Valid", "{}").faultyFields())
                .containsExactly("id");
    }

    @Test
    void whileKafkaIsAwayAWriteIsToldToComeBackAndAReadStillAnswers() {
        String good = "{\"url\":\"https://example.com/\",\"eventTypes\":[\"*\"]}";
        try (TestBroker own = TestBroker.fresh();
                RunningControl alone = new RunningControl(
                        own.bootstrapServers(), folder.resolve("keyset.json"), Map.of("control.write-timeout", "1s"))) {
            own.createFanfareTopics();
            alone.start();
            assertThat(alone.put(SUBSCRIPTIONS + "/here", good).status()).isEqualTo(201);
            own.stop();
            Instant start = Instant.now();
            Answer answer = alone.put(SUBSCRIPTIONS + "/there", good);
            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.header("retry-after")).isNotEmpty();
            assertThat(answer.header("content-type")).isEqualTo("application/problem+json");
            assertThat(Duration.between(start, Instant.now())).isLessThan(Duration.ofSeconds(6));
            assertThat(alone.get(SUBSCRIPTIONS + "/here").status()).isEqualTo(200);
            own.startAgain();
            await().atMost(Duration.ofMinutes(2))
                    .until(() -> alone.put(SUBSCRIPTIONS + "/there", good).status() < 300);
        }
    }

    @Test
    void beforeItHasReadWhatThereIsItAnswersNothing() {
        try (RunningControl notStarted =
                new RunningControl(broker.bootstrapServers(), folder.resolve("keyset.json"), Map.of())) {
            assertThat(notStarted.get(SUBSCRIPTIONS).status()).isEqualTo(503);
            assertThat(notStarted.get("/health/ready").status()).isEqualTo(503);
        }
    }

    private static long written() {
        return broker.endOffsets(List.of(Topics.SUBSCRIPTIONS))
                .values()
                .iterator()
                .next();
    }
}

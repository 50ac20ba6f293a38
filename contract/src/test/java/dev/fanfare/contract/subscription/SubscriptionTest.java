package dev.fanfare.contract.subscription;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fanfare.contract.Json;
import dev.fanfare.contract.UndecodableRecord;
import dev.fanfare.contract.subscription.Subscription.Format;
import dev.fanfare.contract.subscription.Subscription.RateLimit;
import dev.fanfare.contract.subscription.Subscription.Retry;
import dev.fanfare.contract.subscription.Subscription.SealedSecret;
import dev.fanfare.contract.subscription.Subscription.State;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SubscriptionTest {
    private static final Subscription FULL = Subscription.builder(
                    "acme", "orders", new UUID(1, 2), URI.create("https://example.com/hook?x=1"))
            .eventTypes(List.of("order.created", "invoice.*"))
            .headers(Map.of("x-key", "v"))
            .rateLimit(new RateLimit(2.5))
            .retry(new Retry(List.of("1m", "10m")))
            .format(Format.STRUCTURED)
            .state(State.PAUSED, "for a while")
            .description("what for")
            .metadata(Map.of("team", "é"))
            .secrets(List.of(new SealedSecret("AAAA", 1)))
            .createdAtMillis(100)
            .updatedAtMillis(200)
            .build();

    @Test
    void aSubscriptionReadsBack() throws UndecodableRecord {
        assertThat(Subscription.fromJson(FULL.toJson())).isEqualTo(FULL);
        assertThat(FULL.key()).isEqualTo("acme/orders");
        assertThat(FULL.retry().delays()).containsExactly(Duration.ofMinutes(1), Duration.ofMinutes(10));
        assertThat(new String(FULL.toJson(), UTF_8))
                .contains("\"state\":\"paused\"", "\"format\":\"structured\"", "\"rateLimit\":{\"perSecond\":2.5}");
    }

    @Test
    void anotherStateOfASubscriptionIsTheSameButForWhatIsSet() {
        assertThat(FULL.toBuilder().build()).isEqualTo(FULL);
        Subscription active = FULL.toBuilder().state(State.ACTIVE, null).build();
        assertThat(active.state()).isEqualTo(State.ACTIVE);
        assertThat(active.toBuilder().state(State.PAUSED, "for a while").build())
                .isEqualTo(FULL);
    }

    @Test
    void aRecordOfAnEarlierVersionIsBinaryAndUnlimited() throws Exception {
        ObjectNode json = (ObjectNode) Json.TOPIC.readTree(FULL.toJson());
        json.remove(List.of("format", "rateLimit"));
        Subscription read = Subscription.fromJson(Json.TOPIC.writeValueAsBytes(json));
        assertThat(read.format()).isEqualTo(Format.BINARY);
        assertThat(read.rateLimit()).isNull();
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -1, 100_001, Double.NaN})
    void aRateThatNobodyCouldKeepIsUndecodable(double perSecond) throws Exception {
        ObjectNode json = (ObjectNode) Json.TOPIC.readTree(FULL.toJson());
        json.putObject("rateLimit").put("perSecond", perSecond);
        assertThatThrownBy(() -> Subscription.fromJson(Json.TOPIC.writeValueAsBytes(json)))
                .isInstanceOf(UndecodableRecord.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "id",
                "tenant",
                "generation",
                "url",
                "eventTypes",
                "headers",
                "timeout",
                "retry",
                "state",
                "metadata",
                "secrets"
            })
    void aRecordThatLacksWhatASubscriptionIsMadeOfIsUndecodable(String member) throws Exception {
        ObjectNode json = (ObjectNode) Json.TOPIC.readTree(FULL.toJson());
        json.remove(member);
        assertThatThrownBy(() -> Subscription.fromJson(Json.TOPIC.writeValueAsBytes(json)))
                .isInstanceOf(UndecodableRecord.class)
                .hasMessageContaining("not a subscription record");
    }

    @ParameterizedTest
    @CsvSource({"timeout, soon", "timeout, 15", "state, asleep", "url, http://[x", "generation, 7"})
    void aRecordWithAMemberThatNobodyCouldUseIsUndecodable(String member, String value) throws Exception {
        ObjectNode json = (ObjectNode) Json.TOPIC.readTree(FULL.toJson());
        json.put(member, value);
        assertThatThrownBy(() -> Subscription.fromJson(Json.TOPIC.writeValueAsBytes(json)))
                .isInstanceOf(UndecodableRecord.class);
    }

    @Test
    void aScheduleThatNobodyCouldKeepIsUndecodable() throws Exception {
        ObjectNode json = (ObjectNode) Json.TOPIC.readTree(FULL.toJson());
        json.putObject("retry").putArray("schedule").add("1m").add("later");
        assertThatThrownBy(() -> Subscription.fromJson(Json.TOPIC.writeValueAsBytes(json)))
                .isInstanceOf(UndecodableRecord.class)
                .hasMessageContaining("'later'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "null", "[]", "{\"id\":", "{\"url\":\"http://[\"}", "{\"state\":\"asleep\"}", "7"})
    void whatIsNoSubscriptionIsUndecodable(String json) {
        assertThatThrownBy(() -> Subscription.fromJson(json.getBytes(UTF_8))).isInstanceOf(UndecodableRecord.class);
    }

    @Test
    void aMemberOfALaterVersionIsSteppedOver() throws Exception {
        ObjectNode json = (ObjectNode) Json.TOPIC.readTree(FULL.toJson());
        json.put("later", 1);
        assertThat(Subscription.fromJson(Json.TOPIC.writeValueAsBytes(json))).isEqualTo(FULL);
    }
}

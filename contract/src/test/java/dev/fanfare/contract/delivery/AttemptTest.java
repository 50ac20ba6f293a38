package dev.fanfare.contract.delivery;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.contract.UndecodableRecord;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AttemptTest {
    @Test
    void anAttemptReadsBack() throws UndecodableRecord {
        Attempt attempt = new Attempt(
                "dlv_1", "acme", "orders", "e1", "t", 2, "retry", 100, 30, 503, "busy", 60_000L, "é", "run-1", 90L);
        assertThat(Attempt.fromJson(attempt.toJson())).isEqualTo(attempt);
        Attempt without = new Attempt(
                "dlv_1", "acme", "orders", "e1", "t", 1, "delivered", 100, 30, null, null, null, null, null);
        assertThat(Attempt.fromJson(without.toJson())).isEqualTo(without);
        assertThat(new String(without.toJson(), UTF_8)).doesNotContain("null");
    }

    @Test
    void aSignalReadsBack() throws UndecodableRecord {
        Signal signal = new Signal(Signal.GONE, "acme", "orders", new UUID(1, 2), 100, "answered 410");
        assertThat(Signal.fromJson(signal.toJson())).isEqualTo(signal);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[]", "1", "null", "{}", "{\"deliveryId\":{}}"})
    void whatIsNeitherIsUndecodable(String json) {
        assertThatThrownBy(() -> Attempt.fromJson(json.getBytes(UTF_8))).isInstanceOf(UndecodableRecord.class);
        assertThatThrownBy(() -> Signal.fromJson(json.getBytes(UTF_8))).isInstanceOf(UndecodableRecord.class);
    }

    @Test
    void aMemberOfALaterVersionIsSteppedOver() throws UndecodableRecord {
        String json = "{\"kind\":\"gone\",\"tenant\":\"a\",\"subscription\":\"s\",\"generation\":\"" + new UUID(1, 2)
                + "\",\"atMillis\":1,\"detail\":\"d\",\"later\":{\"x\":1}}";
        assertThat(Signal.fromJson(json.getBytes(UTF_8)).tenant()).isEqualTo("a");
    }
}

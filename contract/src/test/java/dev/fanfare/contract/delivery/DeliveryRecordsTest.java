package dev.fanfare.contract.delivery;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.contract.UndecodableRecord;
import dev.fanfare.contract.event.Event;
import dev.fanfare.contract.event.EventRecords;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DeliveryRecordsTest {
    private static final Delivery FRESH = new Delivery(
            "dlv_1",
            "acme",
            "orders",
            new UUID(1, 2),
            new SubscriptionVersion("topicId", 42),
            "e 1 ü",
            "order.created",
            1_700_000_000_000L,
            Progress.NONE);

    private final Headers headers = new RecordHeaders();

    @BeforeEach
    void writeTheEvent() {
        Event event = new Event(
                Map.of("id", "e 1 ü", "type", "order.created", "source", "/s", "tenant", "acme", "ext", "v"),
                "application/json",
                new byte[0]);
        EventRecords.writeHeaders(event, headers);
    }

    @Test
    void whatIsWrittenIsReadAndTheEventsHeadersStay() throws UndecodableRecord {
        DeliveryRecords.writeHeaders(FRESH, headers);
        assertThat(DeliveryRecords.read(headers)).isEqualTo(FRESH);
        assertThat(EventRecords.read(headers, new byte[0], "nobody").attributes())
                .containsEntry("ext", "v")
                .containsEntry("tenant", "acme");
    }

    @Test
    void ofAHeaderThatStandsThereTwiceTheLastCounts() throws UndecodableRecord {
        DeliveryRecords.writeHeaders(FRESH, headers);
        headers.add(DeliveryRecords.RUN, "run_1".getBytes(StandardCharsets.UTF_8));
        headers.add(DeliveryRecords.RUN, "run_2".getBytes(StandardCharsets.UTF_8));
        headers.add(DeliveryRecords.DELIVERY_ID, "dlv_2".getBytes(StandardCharsets.UTF_8));

        Delivery read = DeliveryRecords.read(headers);

        assertThat(read.run()).isEqualTo("run_2");
        assertThat(read.id()).isEqualTo("dlv_2");
        headers.add(DeliveryRecords.DELIVERY_ID, null);
        assertThatThrownBy(() -> DeliveryRecords.read(headers)).hasMessageContaining(DeliveryRecords.DELIVERY_ID);
    }

    @Test
    void progressIsReadBackAndOverwritesWhatWasThere() throws UndecodableRecord {
        DeliveryRecords.writeHeaders(FRESH, headers);
        Progress progress = Progress.NONE.attempted(100).deferred(200).attempted(300);
        DeliveryRecords.writeProgress(Progress.NONE.attempted(1), headers);
        DeliveryRecords.writeProgress(progress, headers);
        assertThat(DeliveryRecords.read(headers).progress()).isEqualTo(progress);
        for (Header header : headers) {
            assertThat(headers.headers(header.key())).as(header.key()).hasSize(1);
        }
        DeliveryRecords.writeProgress(Progress.NONE, headers);
        assertThat(DeliveryRecords.read(headers)).isEqualTo(FRESH);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                DeliveryRecords.DELIVERY_ID,
                DeliveryRecords.SUBSCRIPTION,
                DeliveryRecords.GENERATION,
                DeliveryRecords.SUBSCRIPTION_VERSION,
                DeliveryRecords.ACCEPTED_AT,
                "ce_tenant",
                "ce_id",
                "ce_type"
            })
    void whatLacksAHeaderThatIdentifiesItIsUndecodableByName(String name) {
        DeliveryRecords.writeHeaders(FRESH, headers);
        headers.remove(name);
        assertThatThrownBy(() -> DeliveryRecords.read(headers))
                .isInstanceOf(UndecodableRecord.class)
                .hasMessageContaining(name);
    }

    @ParameterizedTest
    @CsvSource({
        DeliveryRecords.GENERATION + ", not-a-uuid",
        DeliveryRecords.SUBSCRIPTION_VERSION + ", 42",
        DeliveryRecords.SUBSCRIPTION_VERSION + ", :42",
        DeliveryRecords.SUBSCRIPTION_VERSION + ", topicId:",
        DeliveryRecords.SUBSCRIPTION_VERSION + ", topicId:-1",
        DeliveryRecords.SUBSCRIPTION_VERSION + ", topicId:x",
        DeliveryRecords.ACCEPTED_AT + ", yesterday",
        DeliveryRecords.ATTEMPTS + ", -1",
        DeliveryRecords.ATTEMPTS + ", 2147483648",
        DeliveryRecords.TOTAL_ATTEMPTS + ", 1.5",
        DeliveryRecords.DEFERRALS + ", 99999999999999999999",
        DeliveryRecords.FIRST_ATTEMPT_AT + ", ''",
    })
    void aHeaderThatHoldsSomethingElseIsUndecodableByName(String name, String value) {
        DeliveryRecords.writeHeaders(FRESH, headers);
        headers.remove(name).add(name, value.getBytes(UTF_8));
        assertThatThrownBy(() -> DeliveryRecords.read(headers))
                .isInstanceOf(UndecodableRecord.class)
                .hasMessageContaining(name);
    }

    @Test
    void aDeadLetterIsMarkedAndUnmarked() throws UndecodableRecord {
        DeliveryRecords.writeHeaders(FRESH, headers);
        headers.add(DeliveryRecords.DELAY_MS, "5".getBytes(UTF_8));
        DeadLetterRecords.mark(headers, Verdict.EXHAUSTED, 503, "e".repeat(5_000), "fanfare.deliveries", 1, 7);
        assertThat(text(DeliveryRecords.REASON)).isEqualTo("exhausted");
        assertThat(text(DeliveryRecords.STATUS)).isEqualTo("503");
        assertThat(text(DeliveryRecords.ERROR)).hasSize(1_024);
        assertThat(text(DeliveryRecords.ORIGIN)).isEqualTo("fanfare.deliveries/1/7");
        assertThat(text(DeliveryRecords.DELAY_MS)).isNull();
        DeadLetterRecords.unmark(headers);
        assertThat(headers.toArray()).noneMatch(header -> header.key().equals(DeliveryRecords.REASON));
        assertThat(DeliveryRecords.read(headers)).isEqualTo(FRESH);
    }

    @Test
    void onlyWhatIsDeadOrParkedIsMarked() {
        for (Verdict verdict : Verdict.values()) {
            if (!verdict.isDeadLetter() && verdict != Verdict.PARKED) {
                assertThatThrownBy(() -> DeadLetterRecords.mark(headers, verdict, null, "", "t", 0, 0))
                        .isInstanceOf(IllegalArgumentException.class);
            }
        }
    }

    @Test
    void aReplayStartsAfreshAndKeepsTheTotal() {
        Progress progress = Progress.NONE.attempted(100).attempted(200).deferred(300);
        assertThat(progress).isEqualTo(new Progress(2, 2, 1, 100, 100, 200));
        assertThat(progress.restarted()).isEqualTo(new Progress(0, 2, 0, 0, 100, 200));
        assertThat(progress.restarted().attempted(900)).isEqualTo(new Progress(1, 3, 0, 900, 100, 900));
    }

    private String text(String name) {
        return dev.fanfare.contract.RecordHeaders.text(headers, name);
    }
}

package dev.fanfare.retry.relay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.contract.RecordHeaders;
import dev.fanfare.contract.delivery.DeliveryId;
import dev.fanfare.contract.delivery.DeliveryRecords;
import dev.fanfare.contract.topic.Tier;
import dev.fanfare.contract.topic.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;

class OnwardTest {
    private static final long APPENDED = 1_800_000_000_000L;
    private static final Tier TEN_MINUTES = new Tier(Duration.ofMinutes(10));

    @Test
    void whatIsDueGoesBackAsItWasUnderItsPartition() {
        Waiting waiting = waiting("600000");

        assertThat(waiting.stay().leavesAtMillis()).isEqualTo(APPENDED + 600_000);
        Onward onward = Onward.of(waiting, Tier.DEFAULTS, APPENDED + 600_000);

        assertThat(onward).isInstanceOf(Onward.Due.class);
        assertThat(onward.message().topic()).isEqualTo(Topics.DELIVERIES);
        assertThat(onward.message().partition()).isEqualTo(3);
        assertThat(onward.message().key()).isSameAs(waiting.message().key());
        assertThat(onward.message().value()).isSameAs(waiting.message().value());
        assertThat(RecordHeaders.text(onward.message().headers(), "ce_id")).isEqualTo("e1");
        assertThat(onward.message().headers().lastHeader(DeliveryRecords.DELAY_MS))
                .isNull();
        assertThat(RecordHeaders.text(waiting.message().headers(), DeliveryRecords.DELAY_MS))
                .as("an abort must find the original as it was")
                .isEqualTo("600000");
    }

    @Test
    void whatIsNotDueHopsWithWhatIsReallyLeft() {
        Waiting waiting = waiting("1500000");

        assertThat(waiting.stay().leavesAtMillis()).isEqualTo(APPENDED + 600_000);
        Onward onward = Onward.of(waiting, Tier.DEFAULTS, APPENDED + 600_700);

        assertThat(onward).isInstanceOf(Onward.Hop.class);
        assertThat(onward.message().topic()).isEqualTo("fanfare.retry.10m");
        assertThat(onward.message().partition()).isEqualTo(3);
        assertThat(RecordHeaders.text(onward.message().headers(), DeliveryRecords.DELAY_MS))
                .isEqualTo("899300");
    }

    @Test
    void aDelayShorterThanItsTierLeavesWhenItIsDue() {
        assertThat(waiting("4000").stay().leavesAtMillis()).isEqualTo(APPENDED + 4_000);
    }

    @Test
    void aResidueOfASecondIsWaitedOutInPlace() {
        assertThat(waiting("601000").stay().leavesAtMillis()).isEqualTo(APPENDED + 601_000);
        assertThat(waiting("601001").stay().leavesAtMillis()).isEqualTo(APPENDED + 600_000);
    }

    @Test
    void whatCanNotBeReadIsADeadLetterWithItsBytesAndItsOrigin() {
        for (String header : List.of("soon", "-1", "99999999999999", "")) {
            Waiting waiting = waiting(header);

            Onward onward = Onward.of(waiting, Tier.DEFAULTS, APPENDED);

            assertThat(onward).as("header '%s'", header).isInstanceOf(Onward.Dead.class);
            assertThat(onward.message().topic()).isEqualTo(Topics.DEAD_LETTERS);
            assertThat(onward.message().partition()).isNull();
            assertThat(new String(onward.message().key(), StandardCharsets.UTF_8))
                    .isEqualTo(DeliveryId.ofOrigin("fanfare.retry.10m", 3, 42));
            assertThat(onward.message().value()).isSameAs(waiting.message().value());
            Headers headers = onward.message().headers();
            assertThat(RecordHeaders.text(headers, DeliveryRecords.REASON)).isEqualTo("undecodable");
            assertThat(RecordHeaders.text(headers, DeliveryRecords.ORIGIN)).isEqualTo("fanfare.retry.10m/3/42");
            assertThat(RecordHeaders.text(headers, DeliveryRecords.ERROR)).contains(DeliveryRecords.DELAY_MS);
        }
    }

    private static Waiting waiting(String delayHeader) {
        ConsumerRecord<byte[], byte[]> message = new ConsumerRecord<>(
                TEN_MINUTES.topic(),
                3,
                42,
                APPENDED,
                TimestampType.LOG_APPEND_TIME,
                1,
                1,
                new byte[] {1},
                new byte[] {2},
                new org.apache.kafka.common.header.internals.RecordHeaders(),
                Optional.empty());
        RecordHeaders.put(message.headers(), "ce_id", "e1");
        RecordHeaders.put(message.headers(), DeliveryRecords.DELAY_MS, delayHeader);
        return Waiting.of(message, TEN_MINUTES.delay());
    }
}

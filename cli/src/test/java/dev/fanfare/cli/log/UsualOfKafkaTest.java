package dev.fanfare.cli.log;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.spi.FilterReply;
import org.junit.jupiter.api.Test;

class UsualOfKafkaTest {
    private static final String SENDER = "org.apache.kafka.clients.producer.internals.Sender";
    private static final String REFUSED =
            "[Producer clientId=p] Got error produce response with correlation id {} on topic-partition {}, retrying ({}"
                    + " attempts left). Error: {}";

    private static FilterReply decide(String logger, Level level, String error) {
        Logger of = new LoggerContext().getLogger(logger);
        return new UsualOfKafka()
                .decide(new LoggingEvent("", of, level, REFUSED, null, new Object[] {7, "t-1", 3, error}));
    }

    @Test
    void thatAProducerIsAskedToWaitForTheEndOfItsOwnTransactionIsNotSaid() {
        assertThat(decide(SENDER, Level.WARN, "CONCURRENT_TRANSACTIONS")).isEqualTo(FilterReply.DENY);
    }

    @Test
    void everythingElseIs() {
        assertThat(decide(SENDER, Level.WARN, "NOT_ENOUGH_REPLICAS")).isEqualTo(FilterReply.NEUTRAL);
        assertThat(decide(SENDER, Level.ERROR, "CONCURRENT_TRANSACTIONS")).isEqualTo(FilterReply.NEUTRAL);
        assertThat(decide("dev.fanfare.x.Y", Level.WARN, "CONCURRENT_TRANSACTIONS"))
                .isEqualTo(FilterReply.NEUTRAL);
    }
}

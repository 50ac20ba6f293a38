package dev.fanfare.runtime.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TransactionalIdAuthorizationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class KafkaArrivalTest {
    private final ListAppender<ILoggingEvent> said = new ListAppender<>();
    private final Logger log = (Logger) LoggerFactory.getLogger(KafkaArrival.class);
    private CompletableFuture<String> answer = CompletableFuture.failedFuture(new TimeoutException("nobody there"));
    private int looks;
    private int answeredAtLook = Integer.MAX_VALUE;
    private long nowNanos;
    private final BrokerWatch watch = new BrokerWatch(() -> answer, Duration.ofSeconds(30), () -> nowNanos);
    private final KafkaArrival arrival = new KafkaArrival(() -> nowNanos, this::aSecondPasses);

    @BeforeEach
    void listen() {
        said.start();
        log.setAdditive(false);
        log.addAppender(said);
    }

    @AfterEach
    void leave() {
        log.detachAppender(said);
        log.setAdditive(true);
    }

    private void aSecondPasses() {
        nowNanos += Duration.ofSeconds(1).toNanos();
        if (++looks == answeredAtLook) {
            answer = CompletableFuture.completedFuture("cluster");
        }
        watch.ask();
    }

    @Test
    void aKafkaThatIsAwayIsWaitedForAsLongAsItTakesAndTheLogSaysSoNowAndThen() {
        answeredAtLook = 600;
        watch.ask();
        arrival.awaitAnswer(watch);
        assertThat(looks).isEqualTo(600);
        List<String> lines =
                said.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
        assertThat(lines)
                .hasSize(20)
                .startsWith("waiting for Kafka waited=2s because=nobody there")
                .endsWith("waiting for Kafka waited=572s because=nobody there");
    }

    @Test
    void aKafkaThatIsThereIsNothingToSpeakOf() {
        answeredAtLook = 1;
        arrival.awaitAnswer(watch);
        assertThat(said.list).isEmpty();
    }

    @Test
    void aBrokerThatRefusesUsIsNotWaitedFor() {
        answer = CompletableFuture.failedFuture(new SaslAuthenticationException("wrong password"));
        watch.ask();
        assertThatThrownBy(() -> arrival.awaitAnswer(watch))
                .isInstanceOf(SaslAuthenticationException.class)
                .hasMessage("wrong password");
    }

    @Test
    void whatGetsNoAnswerIsAskedAgainUntilItGetsOne() {
        arrival.awaitAnswerTo(() -> {
            if (looks < 3) {
                throw new TimeoutException("no coordinator");
            }
        });
        assertThat(looks).isEqualTo(3);
        assertThat(said.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .first()
                .asString()
                .contains("no coordinator");
    }

    @Test
    void anAnswerThatIsNoEndsTheWait() {
        assertThatThrownBy(() -> arrival.awaitAnswerTo(() -> {
                    throw new TransactionalIdAuthorizationException("not yours");
                }))
                .isInstanceOf(TransactionalIdAuthorizationException.class);
        assertThat(looks).isZero();
    }

    @Test
    void anInterruptEndsTheWait() {
        try {
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> arrival.awaitAnswer(watch)).hasMessageContaining("interrupted while waiting");
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void anAddressInNumbersAndWhatIsNoAddressNeedNoName() {
        arrival.awaitNames(KafkaConnection.to("127.0.0.1:9092"));
        arrival.awaitNames(KafkaConnection.to("what is this"));
        assertThat(looks).isZero();
    }

    @Test
    void aNameThatNobodyKnowsYetIsWaitedFor() {
        KafkaConnection kafka = KafkaConnection.to("kafka.invalid:9092"); // RFC 6761: never an address
        KafkaArrival impatient = new KafkaArrival(() -> nowNanos, () -> {
            aSecondPasses();
            if (looks == 3) {
                Thread.currentThread().interrupt();
            }
        });
        try {
            assertThatThrownBy(() -> impatient.awaitNames(kafka))
                    .hasMessageContaining("no name in kafka.bootstrap.servers has an address: kafka.invalid:9092");
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
        assertThat(said.list).extracting(ILoggingEvent::getFormattedMessage).hasSize(1);
    }
}

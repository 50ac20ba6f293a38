package dev.fanfare.router;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.apache.kafka.common.errors.DisconnectException;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.streams.errors.MissingSourceTopicException;
import org.apache.kafka.streams.errors.ProcessorStateException;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.errors.TopologyException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ThreadFailureTest {

    static Stream<Arguments> failures() {
        return Stream.of(
                Arguments.of(new TimeoutException("broker away"), ThreadFailure.PASSING),
                Arguments.of(new DisconnectException(), ThreadFailure.PASSING),
                Arguments.of(new GroupAuthorizationException("fanfare-router"), ThreadFailure.NOT_ALLOWED),
                Arguments.of(new SaslAuthenticationException("wrong password"), ThreadFailure.NOT_ALLOWED),
                Arguments.of(new MissingSourceTopicException("fanfare.events"), ThreadFailure.TOPIC_MISSING),
                Arguments.of(new TopologyException("changelog has 2 partitions"), ThreadFailure.TOPICS_DIFFER),
                Arguments.of(new RecordTooLargeException("3 MiB"), ThreadFailure.RECORD_TOO_LARGE),
                Arguments.of(new ProcessorStateException("no space left on device"), ThreadFailure.STORE_UNUSABLE),
                Arguments.of(new UnsupportedVersionException("no streams groups"), ThreadFailure.BROKER_TOO_OLD),
                Arguments.of(new IllegalStateException("a bug"), ThreadFailure.FAULT));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void theReasonIsFoundUnderWhatWrapsIt(RuntimeException cause, ThreadFailure expected) {
        assertThat(ThreadFailure.of(cause)).isEqualTo(expected);
        assertThat(ThreadFailure.of(new StreamsException("task 0_0", new StreamsException(cause))))
                .isEqualTo(expected);
    }
}

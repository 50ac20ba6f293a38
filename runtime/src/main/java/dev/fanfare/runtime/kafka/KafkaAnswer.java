package dev.fanfare.runtime.kafka;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;

/** Waits for what Kafka answers, and throws what Kafka says rather than a wrapper around it. */
public final class KafkaAnswer {
    private KafkaAnswer() {}

    /**
     * Waits.
     *
     * @param doing what is being done, for the error: "creating topic x"
     * @throws KafkaException what Kafka answered; {@link org.apache.kafka.common.errors.TimeoutException} where no answer came in time
     */
    public static <T> T await(Future<T> future, Duration timeout, String doing) {
        try {
            return future.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof KafkaException kafka) {
                throw kafka;
            }
            throw new KafkaException(doing + " failed", e.getCause());
        } catch (TimeoutException e) {
            throw new org.apache.kafka.common.errors.TimeoutException(
                    doing + ": Kafka gave no answer within " + timeout.toMillis() + " ms", e);
        } catch (InterruptedException e) {
            throw new InterruptException(doing + " was interrupted", e);
        }
    }
}

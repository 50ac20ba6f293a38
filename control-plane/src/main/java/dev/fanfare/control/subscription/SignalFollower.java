package dev.fanfare.control.subscription;

import dev.fanfare.contract.UndecodableRecord;
import dev.fanfare.contract.delivery.Signal;
import dev.fanfare.contract.run.Actor;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.control.subscription.SubscriptionWriter.Change;
import dev.fanfare.runtime.kafka.KafkaConnection;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does what dispatchers ask for on {@code fanfare.signals}: an endpoint that answered 410 has its subscription disabled.
 *
 * <pre>
 * signal ─▶ called for? ─▶ writer: state disabled ─▶ commit in group fanfare-control-signals ─▶ next
 * </pre>
 *
 * <p>The commit comes after the write, so a process that dies between them reads the signal again, and then finds it
 * done. A write that fails is tried again until it succeeds; signals are few and nothing waits behind them. The consumer
 * is confined to the follower's thread.
 */
public final class SignalFollower implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SignalFollower.class);
    private static final String GROUP = "fanfare-control-signals";
    private static final Actor SELF = new Actor("Fanfare, for its endpoint answered 410", null, null);
    private static final Duration POLL = Duration.ofSeconds(1);
    private static final Duration BACKOFF = Duration.ofSeconds(1);

    private final SubscriptionWriter writer;
    private final Clock clock;
    private final Consumer<byte[], byte[]> consumer;
    private final Thread thread;
    private final CountDownLatch closing = new CountDownLatch(1);
    /** Of the partitions that were polled: what is to be heeded next. */
    private final Map<TopicPartition, Long> unheeded = new HashMap<>();

    /** Prepares to follow; {@link #start} begins. */
    public SignalFollower(KafkaConnection kafka, SubscriptionWriter writer, Clock clock, String clientId) {
        this.writer = writer;
        this.clock = clock;
        this.consumer = kafka.member(clientId, GROUP, 50);
        this.thread = new Thread(this::follow, clientId);
        thread.setDaemon(true);
    }

    /** Begins, where the group last committed. */
    public void start() {
        thread.start();
    }

    @Override
    public void close() {
        closing.countDown();
        consumer.wakeup();
        try {
            thread.join(Duration.ofSeconds(10).toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!thread.isAlive()) {
            consumer.close();
        }
    }

    private void follow() {
        consumer.subscribe(List.of(Topics.SIGNALS));
        while (closing.getCount() > 0) {
            try {
                backToTheUnheeded();
                ConsumerRecords<byte[], byte[]> polled = consumer.poll(POLL);
                polled.partitions()
                        .forEach(partition -> unheeded.put(
                                partition, polled.records(partition).get(0).offset()));
                for (ConsumerRecord<byte[], byte[]> record : polled) {
                    heed(record);
                    TopicPartition partition = new TopicPartition(record.topic(), record.partition());
                    unheeded.put(partition, record.offset() + 1);
                    consumer.commitSync(Map.of(partition, new OffsetAndMetadata(record.offset() + 1)));
                }
                unheeded.clear();
            } catch (WakeupException e) {
                LOG.debug("closing");
            } catch (KafkaException e) {
                LOG.warn("following signals failed, trying again cause={}", e.toString());
                pauseBriefly();
            }
        }
    }

    private void heed(ConsumerRecord<byte[], byte[]> record) {
        if (record.value() == null) {
            return;
        }
        Signal signal;
        try {
            signal = Signal.fromJson(record.value());
        } catch (UndecodableRecord e) {
            LOG.warn("signal is left out topic={} offset={} cause={}", record.topic(), record.offset(), e.getMessage());
            return;
        }
        if (!signal.kind().equals(Signal.GONE)) {
            return; // breakers open and close by the thousand, and each submission may take the id from another process
        }
        try {
            boolean[] disabled = {false};
            writer.submit(signal.tenant(), signal.subscription(), SELF, current -> {
                        if (current == null || !Disabling.isCalledFor(signal, current.value())) {
                            return new Change.Keep();
                        }
                        disabled[0] = true;
                        return new Change.Put(Disabling.gone(current.value(), clock.millis()));
                    })
                    .toCompletableFuture()
                    .join();
            if (disabled[0]) {
                LOG.info("subscription disabled tenant={} id={} cause=gone", signal.tenant(), signal.subscription());
            }
        } catch (CompletionException e) {
            throw e.getCause() instanceof KafkaException kafka
                    ? kafka
                    : new KafkaException("heeding a signal failed", e.getCause());
        }
    }

    /** What was polled but not heeded must come again; of partitions that are another's now, that one has it. */
    private void backToTheUnheeded() {
        unheeded.keySet().retainAll(consumer.assignment());
        unheeded.forEach(consumer::seek);
        unheeded.clear();
    }

    private void pauseBriefly() {
        try {
            if (closing.await(BACKOFF.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.debug("closing");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

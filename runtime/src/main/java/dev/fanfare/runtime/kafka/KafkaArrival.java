package dev.fanfare.runtime.kafka;

import dev.fanfare.contract.DurationText;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits for a Kafka that is away when a process starts. An orchestrator starts everything at once, and a process that
 * ended would only be started again, later each time. Waits for as long as it takes, and says so in the log: whoever
 * mistyped the address sees it there.
 *
 * <pre>
 * a name of kafka.bootstrap.servers has an address ─▶ a broker has answered ─▶ roles start, and ask until they are answered
 * </pre>
 *
 * Confined to the thread that starts the process; an interrupt ends the wait.
 */
public final class KafkaArrival {
    private static final Logger LOG = LoggerFactory.getLogger(KafkaArrival.class);
    private static final long LOOK_NANOS = Duration.ofMillis(20).toNanos();
    private static final Duration FIRST_SAID_AFTER = Duration.ofSeconds(2);
    private static final Duration SAID_EVERY = Duration.ofSeconds(30);

    private final LongSupplier nanoClock;
    private final Runnable rest;

    /** With this machine's clock. */
    public KafkaArrival() {
        this(System::nanoTime, () -> LockSupport.parkNanos(LOOK_NANOS));
    }

    /** For a test: what passes between two looks is the test's. */
    KafkaArrival(LongSupplier nanoClock, Runnable rest) {
        this.nanoClock = nanoClock;
        this.rest = rest;
    }

    /** Returns when a client can be made: Kafka's refuse to be where no name of the bootstrap servers has an address. */
    public void awaitNames(KafkaConnection kafka) {
        String servers = kafka.bootstrapServers();
        await(() -> hasAddress(servers) ? null : "no name in kafka.bootstrap.servers has an address: " + servers);
    }

    /**
     * Returns when a broker has answered.
     *
     * @throws org.apache.kafka.common.errors.AuthenticationException where one did, and doesn't know us: that is no
     *     matter of time
     */
    public void awaitAnswer(BrokerWatch watch) {
        await(watch::whyNeverAnswered);
    }

    /**
     * Asks what a role has to know or do before it begins, again and again until Kafka has an answer: the broker that
     * answered first is not the one that leads a topic or coordinates transactions.
     *
     * @param question throws a {@link RetriableException} where there was no answer in time; may be asked often
     * @throws RuntimeException any other of the question: what no time mends
     */
    public void awaitAnswerTo(Runnable question) {
        await(() -> {
            try {
                question.run();
                return null;
            } catch (RetriableException e) {
                return e.toString();
            }
        });
    }

    private void await(Supplier<@Nullable String> missing) {
        long began = nanoClock.getAsLong();
        Duration sayAfter = FIRST_SAID_AFTER;
        boolean said = false;
        String why = missing.get();
        while (why != null) {
            if (Thread.currentThread().isInterrupted()) {
                throw new IllegalStateException("interrupted while waiting for Kafka: " + why);
            }
            Duration waited = Duration.ofNanos(nanoClock.getAsLong() - began);
            if (waited.compareTo(sayAfter) >= 0) {
                LOG.warn("waiting for Kafka waited={} because={}", inSeconds(waited), why);
                said = true;
                sayAfter = waited.plus(SAID_EVERY);
            }
            rest.run();
            why = missing.get();
        }
        if (said) {
            LOG.info("Kafka is there waited={}", inSeconds(Duration.ofNanos(nanoClock.getAsLong() - began)));
        }
    }

    private static String inSeconds(Duration waited) {
        return DurationText.format(Duration.ofSeconds(waited.toSeconds()));
    }

    /** What is no address at all is for the client to complain of. */
    private static boolean hasAddress(String servers) {
        for (String server : servers.split(",", -1)) {
            String host = Utils.getHost(server.strip());
            try {
                if (host == null || InetAddress.getByName(host) != null) {
                    return true;
                }
            } catch (UnknownHostException e) {
                LOG.debug("no address name={}", host, e);
            }
        }
        return false;
    }
}

package dev.fanfare.dispatcher.outcome;

import dev.fanfare.contract.delivery.Attempt;
import dev.fanfare.contract.delivery.Verdict;
import dev.fanfare.dispatcher.lane.Ending;
import dev.fanfare.dispatcher.outcome.Outcomes.Concluded;
import dev.fanfare.runtime.log.LogValue;
import dev.fanfare.runtime.metric.ProcessMetric;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says of each attempt what it came to: one log line, and the metrics. No URL, no body, no secret. Any thread.
 *
 * <p>A {@link DispatcherMetric} is looked up once, here.
 */
public final class AttemptReport {
    private static final Logger LOG = LoggerFactory.getLogger(AttemptReport.class);
    private static final String[] STATUS_CLASSES = {"none", "1xx", "2xx", "3xx", "4xx", "5xx"};

    private final Map<Verdict, Counter[]> attempts = new EnumMap<>(Verdict.class);
    private final Map<Verdict, Counter> deadLetters = new EnumMap<>(Verdict.class);
    private final Counter delivered;
    private final Counter deferrals;
    private final Counter parked;
    private final Timer duration;
    private final Timer latency;
    private final DistributionSummary retriesOfDelivered;
    private final DistributionSummary retriesOfDead;

    public AttemptReport(MeterRegistry meters) {
        for (Verdict verdict : Verdict.values()) {
            Counter[] byStatus = new Counter[STATUS_CLASSES.length];
            for (int i = 0; i < byStatus.length; i++) {
                byStatus[i] = DispatcherMetric.ATTEMPTS.counter(meters, verdict.text(), STATUS_CLASSES[i]);
            }
            attempts.put(verdict, byStatus);
            if (verdict.isDeadLetter()) {
                deadLetters.put(verdict, ProcessMetric.DEAD_LETTERS.counter(meters, verdict.text()));
            }
        }
        this.delivered = DispatcherMetric.DELIVERED.counter(meters);
        this.deferrals = DispatcherMetric.DEFERRALS.counter(meters);
        this.parked = DispatcherMetric.PARKED.counter(meters);
        this.duration = DispatcherMetric.ATTEMPT_DURATION.timer(meters);
        this.latency = DispatcherMetric.LATENCY.timer(meters);
        this.retriesOfDelivered = DispatcherMetric.RETRIES.summary(meters, "delivered");
        this.retriesOfDead = DispatcherMetric.RETRIES.summary(meters, "dead");
    }

    /** A delivery went to a tier without an attempt. */
    void deferred() {
        deferrals.increment();
    }

    /** An attempt broke its lane or mended it. */
    public void laneChanged(Ending ending, String subscription, @Nullable String error) {
        switch (ending) {
            case BROKE ->
                LOG.warn("breaker opened, the endpoint is left alone subscription={} error={}", subscription, error);
            case RECOVERED -> LOG.info("breaker closed, the endpoint works again subscription={}", subscription);
            case ENDED, REPEATED -> {}
        }
    }

    /** A delivery was parked. */
    void parked() {
        parked.increment();
    }

    /** A dead letter was made of something that is no delivery, or has no attempt to tell of. */
    public void dead(Verdict reason) {
        Counter counter = deadLetters.get(reason);
        if (counter != null) {
            counter.increment();
        }
    }

    /** A delivery ended without an attempt. */
    void tell(Concluded concluded) {
        tell(concluded, null);
    }

    /**
     * An attempt is over, or its delivery ended without one.
     *
     * @param trace the id of the trace that it is in; null where none is kept
     */
    public void tell(Concluded concluded, @Nullable String trace) {
        Attempt attempt = concluded.attempt();
        Integer status = attempt.status();
        Counter[] byStatus = attempts.get(concluded.verdict());
        if (byStatus != null) {
            byStatus[status == null ? 0 : Math.min(status / 100, STATUS_CLASSES.length - 1)].increment();
        }
        if (concluded.exchanged()) {
            duration.record(attempt.durationMillis(), TimeUnit.MILLISECONDS);
        }
        if (concluded.verdict() == Verdict.DELIVERED) {
            delivered.increment();
            retriesOfDelivered.record(attempt.attempt() - 1);
            // what is replayed may be days old: that is no lateness
            if (concluded.acceptedAtMillis() > 0 && attempt.run() == null) {
                long endMillis = attempt.startedAtMillis() + attempt.durationMillis();
                latency.record(Math.max(0, endMillis - concluded.acceptedAtMillis()), TimeUnit.MILLISECONDS);
            }
        } else if (concluded.verdict().isDeadLetter()) {
            dead(concluded.verdict());
            if (attempt.attempt() > 0) {
                retriesOfDead.record(attempt.attempt() - 1);
            }
        }
        if (LOG.isInfoEnabled()) {
            // Not by placeholders: there is one for each request, and they would be looked for in each.
            LOG.info("attempt delivery=" + attempt.deliveryId()
                    + " event=" + LogValue.of(attempt.eventId())
                    + " subscription=" + attempt.tenant() + "/" + attempt.subscription()
                    + " attempt=" + attempt.attempt()
                    + " verdict=" + attempt.verdict()
                    + " status=" + (status == null ? "none" : status)
                    + " duration_ms=" + attempt.durationMillis()
                    + (trace == null ? "" : " trace_id=" + trace));
        }
    }
}

package dev.fanfare.dispatcher.outcome;

import dev.fanfare.contract.delivery.Attempt;
import dev.fanfare.contract.delivery.Verdict;
import dev.fanfare.dispatcher.lane.Ending;
import dev.fanfare.dispatcher.outcome.Outcomes.Concluded;
import dev.fanfare.runtime.log.LogValue;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says of each attempt what it came to: one log line, and the metrics. No URL, no body, no secret. Any thread.
 *
 * <p>{@code fanfare.attempts} (tags {@code verdict}, {@code status}: 2xx … 5xx or none), {@code fanfare.attempt.duration},
 * {@code fanfare.delivery.latency} (from the event's acceptance to its delivery, retries included, replays left out),
 * {@code fanfare.deferrals} (not attempts: deliveries that went to a tier because they couldn't be sent now),
 * {@code fanfare.parkings} (nor are these: deliveries that wait for their paused subscription).
 */
public final class AttemptReport {
    private static final Logger LOG = LoggerFactory.getLogger(AttemptReport.class);
    private static final String[] STATUS_CLASSES = {"none", "1xx", "2xx", "3xx", "4xx", "5xx"};

    private final Map<Verdict, Counter[]> attempts = new EnumMap<>(Verdict.class);
    private final Counter deferrals;
    private final Counter parkings;
    private final Timer duration;
    private final Timer latency;

    public AttemptReport(MeterRegistry meters) {
        for (Verdict verdict : Verdict.values()) {
            Counter[] byStatus = new Counter[STATUS_CLASSES.length];
            for (int i = 0; i < byStatus.length; i++) {
                byStatus[i] = Counter.builder("fanfare.attempts")
                        .description("Attempts, and deliveries that ended without one")
                        .tag("verdict", verdict.text())
                        .tag("status", STATUS_CLASSES[i])
                        .register(meters);
            }
            attempts.put(verdict, byStatus);
        }
        this.deferrals = Counter.builder("fanfare.deferrals")
                .description("Deliveries that went to a tier because they couldn't be sent now")
                .register(meters);
        this.parkings = Counter.builder("fanfare.parkings")
                .description("Deliveries that were parked because their subscription is paused")
                .register(meters);
        this.duration = Timer.builder("fanfare.attempt.duration")
                .description("From the start of an attempt to its end")
                .publishPercentileHistogram()
                .maximumExpectedValue(Duration.ofMinutes(1))
                .register(meters);
        this.latency = Timer.builder("fanfare.delivery.latency")
                .description("From the acceptance of an event to its delivery")
                .publishPercentileHistogram()
                .maximumExpectedValue(Duration.ofHours(1))
                .register(meters);
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
        parkings.increment();
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
        // what is replayed may be days old: that is no lateness
        if (concluded.verdict() == Verdict.DELIVERED && concluded.acceptedAtMillis() > 0 && attempt.run() == null) {
            long endMillis = attempt.startedAtMillis() + attempt.durationMillis();
            latency.record(Math.max(0, endMillis - concluded.acceptedAtMillis()), TimeUnit.MILLISECONDS);
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

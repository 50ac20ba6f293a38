package dev.fanfare.dispatcher.outcome;

import dev.fanfare.contract.delivery.Verdict;
import dev.fanfare.dispatcher.outcome.Outcomes.Concluded;
import dev.fanfare.dispatcher.outcome.Outcomes.Deferred;
import dev.fanfare.dispatcher.subscription.Standing;
import java.time.Clock;
import java.time.Duration;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * What becomes of deliveries that are not sent: cancelled, dead because their subscription is disabled or they can't be read,
 * parked because it is paused, or deferred.
 *
 * <p>A deferral of which nobody knows how long it should wait waits twice as long each time, so that a backlog is rewritten
 * seldom. Any thread.
 */
public final class Unsent {
    private static final int MAX_DOUBLINGS = 6;

    private final Outcomes outcomes;
    private final AttemptReport report;
    private final Duration firstWait;
    private final Clock clock;

    /**
     * With what it takes.
     *
     * @param firstWait of a deferral: the shortest tier, as nothing shorter exists
     */
    public Unsent(Outcomes outcomes, AttemptReport report, Duration firstWait, Clock clock) {
        this.outcomes = outcomes;
        this.report = report;
        this.firstWait = firstWait;
        this.clock = clock;
    }

    /** The subscription says that it is not to be sent. */
    public Outcome becauseOf(Standing standing, OpenDelivery open) {
        if (standing instanceof Standing.Cancelled cancelled) {
            return ended(open, Verdict.CANCELLED, cancelled.reason());
        }
        if (standing instanceof Standing.Disabled disabled) {
            return ended(open, Verdict.GONE, disabled.reason());
        }
        if (standing instanceof Standing.Paused paused) {
            report.parked();
            return outcomes.parked(open, paused.reason());
        }
        if (standing instanceof Standing.Unusable unusable) {
            return deferred(open, unusable.reason());
        }
        throw new IllegalArgumentException("an active subscription's delivery is sent");
    }

    /**
     * It can't be sent now, through no fault of its own, and nobody knows when.
     *
     * @param cause in words, for the dead letter that it becomes when too old
     */
    public Outcome deferred(OpenDelivery open, String cause) {
        int deferrals = open.delivery().progress().deferrals();
        return deferred(open, firstWait.multipliedBy(1L << Math.min(deferrals, MAX_DOUBLINGS)), cause);
    }

    /**
     * It can't be sent now.
     *
     * @param wait  until it can, as far as is known
     * @param cause in words, for the dead letter that it becomes when too old
     */
    public Outcome deferred(OpenDelivery open, Duration wait, String cause) {
        Deferred deferred = outcomes.afterDeferral(open, wait, cause, clock.millis());
        if (deferred.end() == null) {
            report.deferred();
        } else {
            report.tell(deferred.end());
        }
        return deferred.outcome();
    }

    /**
     * It is no delivery.
     *
     * @param error which header or field is at fault
     */
    public Outcome undecodable(ConsumerRecord<byte[], byte[]> record, long epoch, String error) {
        report.dead(Verdict.UNDECODABLE);
        return outcomes.undecodable(record, epoch, error);
    }

    /** Kafka refuses its outcome for its size. */
    public Outcome tooLarge(Outcome refused) {
        report.dead(Verdict.TOO_LARGE);
        return outcomes.tooLarge(refused);
    }

    /** The shortest wait there is. */
    public Duration firstWait() {
        return firstWait;
    }

    private Outcome ended(OpenDelivery open, Verdict verdict, String error) {
        Concluded concluded = outcomes.withoutAttempt(open, verdict, error, clock.millis());
        report.tell(concluded);
        return concluded.outcome();
    }
}

package dev.fanfare.control.attempt;

import dev.fanfare.contract.delivery.Attempt;
import dev.fanfare.contract.delivery.Verdict;
import org.jspecify.annotations.Nullable;

/**
 * Which attempts of a tenant are meant: all that is given must hold.
 *
 * @param sinceMillis started from then on, Unix milliseconds
 * @param untilMillis started before then
 */
public record AttemptQuery(
        String tenant,
        @Nullable String subscription,
        @Nullable String event,
        @Nullable String delivery,
        @Nullable Verdict verdict,
        @Nullable Integer status,
        @Nullable Long sinceMillis,
        @Nullable Long untilMillis) {

    /** All of a tenant. */
    public static AttemptQuery of(String tenant) {
        return new AttemptQuery(tenant, null, null, null, null, null, null, null);
    }

    /** Those of one subscription. */
    public AttemptQuery subscription(String id) {
        return new AttemptQuery(tenant, id, event, delivery, verdict, status, sinceMillis, untilMillis);
    }

    /** Those of one event. */
    public AttemptQuery event(String id) {
        return new AttemptQuery(tenant, subscription, id, delivery, verdict, status, sinceMillis, untilMillis);
    }

    /** Those of one delivery. */
    public AttemptQuery delivery(String id) {
        return new AttemptQuery(tenant, subscription, event, id, verdict, status, sinceMillis, untilMillis);
    }

    /** Those with one verdict. */
    public AttemptQuery verdict(Verdict one) {
        return new AttemptQuery(tenant, subscription, event, delivery, one, status, sinceMillis, untilMillis);
    }

    /** Those that were answered with one status. */
    public AttemptQuery status(int one) {
        return new AttemptQuery(tenant, subscription, event, delivery, verdict, one, sinceMillis, untilMillis);
    }

    /** Those that started from a moment on. */
    public AttemptQuery since(long millis) {
        return new AttemptQuery(tenant, subscription, event, delivery, verdict, status, millis, untilMillis);
    }

    /** Those that started before a moment. */
    public AttemptQuery until(long millis) {
        return new AttemptQuery(tenant, subscription, event, delivery, verdict, status, sinceMillis, millis);
    }

    /** Whether an attempt is meant. */
    boolean matches(Attempt attempt) {
        return tenant.equals(attempt.tenant())
                && is(subscription, attempt.subscription())
                && is(event, attempt.eventId())
                && is(delivery, attempt.deliveryId())
                && is(verdict == null ? null : verdict.text(), attempt.verdict())
                && is(status, attempt.status())
                && (sinceMillis == null || attempt.startedAtMillis() >= sinceMillis)
                && (untilMillis == null || attempt.startedAtMillis() < untilMillis);
    }

    private static boolean is(@Nullable Object wanted, @Nullable Object found) {
        return wanted == null || wanted.equals(found);
    }
}

package dev.fanfare.retry.relay;

/**
 * What time it is on the broker, at the earliest. Append times are the broker's, so being due must be the broker's too;
 * this process's clock may be an hour off, and it may jump.
 *
 * <pre>
 * this process   sent ──────────────────── acked ─────────── now       ticks: never jump, start anywhere
 * the broker          └─ appended at T ─┘
 *
 * at "acked" the broker's clock showed T or more, and T + (acked - sent) at most
 * at "now" it shows T + (now - acked) or more, less what two clocks may drift apart in that time
 * </pre>
 *
 * <p>The greatest lower bound that was learnt is kept. An answer whose upper bound lies below it proves that the
 * broker's clock was set back: then that answer counts alone. Confined to one thread.
 */
final class BrokerClock {
    /** Ticks per tick of drift: 500 ppm, the most that NTP slews a clock by (RFC 5905, section 11.3). */
    private static final long TICKS_PER_DRIFT = 2_000;

    /** Ticks are whole: between two readings they can count one more than has passed. */
    private static final long ROUNDING_MILLIS = 1;

    private boolean known;
    private long brokerMillis;
    private long atTicks;
    private long learntAtTicks;

    /**
     * Learns from an acknowledged record.
     *
     * @param sentTicks    when it was sent, or before
     * @param appendMillis the append time that the broker gave it
     * @param ackedTicks   when the acknowledgement was there, or after
     */
    void acked(long sentTicks, long appendMillis, long ackedTicks) {
        long latestPossible = appendMillis + (ackedTicks - sentTicks);
        boolean setBack = known && nowMillis(ackedTicks) > latestPossible;
        if (!known || setBack || appendMillis > nowMillis(ackedTicks)) {
            brokerMillis = appendMillis;
            atTicks = ackedTicks;
        }
        known = true;
        learntAtTicks = ackedTicks;
    }

    /** The earliest that the broker's clock can show, in Unix milliseconds; the least of all numbers before it is known. */
    long nowMillis(long nowTicks) {
        if (!known) {
            return Long.MIN_VALUE;
        }
        long since = nowTicks - atTicks;
        return brokerMillis + since - since / TICKS_PER_DRIFT - ROUNDING_MILLIS;
    }

    /** How long ago, in ticks, it learnt last; the greatest of all numbers before it is known. */
    long ticksSinceLearnt(long nowTicks) {
        return known ? nowTicks - learntAtTicks : Long.MAX_VALUE;
    }
}

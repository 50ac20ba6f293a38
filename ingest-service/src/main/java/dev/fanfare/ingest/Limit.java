package dev.fanfare.ingest;

/** One limit that a request is under, at the moment that it came. */
sealed interface Limit {
    String TENANT = "tenant";
    String KEY = "key";

    /** As it stands in {@code RateLimit-Policy} and {@code RateLimit}. */
    String name();

    /** How many events it allows in its window. */
    long events();

    long windowSeconds();

    long left();

    /** Until all of it is there again. */
    long resetSeconds();

    /** Lets one event in; returns 0, or for how many seconds there is no use to come again. */
    long admit();

    /** Undoes {@link #admit}, where another limit refuses. */
    void leave();

    /** Takes what a request brought, that was let in as one event; false: it can't have so many now. */
    boolean charge(int events);

    /** Undoes {@link #charge}, where the events were not accepted. */
    void refund(int events);

    /** For the refused: what it is. */
    String text();

    /** Events a second: a batch is let in when one event would be, and paid in full. Who sends what is refused pays, too. */
    record Rate(String name, double perSecond, TokenBucket bucket, long nowNanos) implements Limit {
        private static final long SECOND_NANOS = 1_000_000_000;

        @Override
        public long events() {
            return TokenBucket.burst(perSecond);
        }

        @Override
        public long windowSeconds() {
            return (long) Math.ceil(events() / perSecond);
        }

        @Override
        public long left() {
            return bucket.left(perSecond, nowNanos);
        }

        @Override
        public long resetSeconds() {
            return seconds(bucket.untilFullNanos(nowNanos));
        }

        @Override
        public long admit() {
            return seconds(bucket.take(perSecond, nowNanos));
        }

        @Override
        public void leave() {
            bucket.giveBack(perSecond);
        }

        @Override
        public boolean charge(int events) {
            if (events > 1) {
                bucket.charge(events - 1, perSecond, nowNanos);
            }
            return true;
        }

        @Override
        public void refund(int events) {
            // nothing: it is the sending that it bounds
        }

        @Override
        public String text() {
            return "the limit of this " + name + " is " + perSecond + " events a second";
        }

        private static long seconds(long nanos) {
            return (nanos + SECOND_NANOS - 1) / SECOND_NANOS;
        }
    }

    /**
     * Events of a day or a month: exact, and only what is accepted counts.
     *
     * @param of whose: the tenant's, or the key's
     */
    record Quota(String of, Period period, long events, QuotaCount count, long nowMillis) implements Limit {
        @Override
        public String name() {
            return of.equals(TENANT) ? period.text() : of + "-" + period.text();
        }

        @Override
        public long windowSeconds() {
            return period.lengthSeconds(count.endMillis());
        }

        @Override
        public long left() {
            return count.left(events);
        }

        @Override
        public long resetSeconds() {
            return Math.max(1, (count.endMillis() - nowMillis + 999) / 1_000);
        }

        @Override
        public long admit() {
            return left() > 0 ? 0 : resetSeconds();
        }

        @Override
        public void leave() {
            // nothing was taken
        }

        @Override
        public boolean charge(int events) {
            return count.take(events, this.events);
        }

        @Override
        public void refund(int events) {
            count.giveBack(events);
        }

        @Override
        public String text() {
            return "the quota of this " + of + " is " + events + " events a " + period.text() + " (UTC), and " + left()
                    + " are left";
        }
    }
}

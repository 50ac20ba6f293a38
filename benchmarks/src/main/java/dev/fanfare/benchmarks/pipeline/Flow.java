package dev.fanfare.benchmarks.pipeline;

import dev.fanfare.benchmarks.run.HttpLoad;
import java.nio.ByteBuffer;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.HdrHistogram.Histogram;

/**
 * Sends a run's events: no more than may be under way, or so many a second. Tells its course to a watch at every turn.
 * Confined to one thread.
 */
final class Flow implements HttpLoad.Feed {
    private final Events events;
    private final Rate rate;
    private final BooleanSupplier over;
    private final Histogram answers = new Histogram(3);
    private long startNanos = System.nanoTime();
    private long sent;
    private long answered;

    /** How many requests are due. */
    interface Rate {
        /** Since the beginning. */
        long due(long elapsedNanos);

        /** When one was due, in nanoseconds since the beginning; negative: when it goes out. */
        long dueNanos(long number);
    }

    Flow(Events events, Rate rate, BooleanSupplier over) {
        this.events = events;
        this.rate = rate;
        this.over = over;
    }

    /** As many as connections take. */
    static Rate unbounded() {
        return asItMay(elapsed -> Long.MAX_VALUE);
    }

    /** So many requests, as connections take them. */
    static Rate upTo(long requests) {
        return asItMay(elapsed -> requests);
    }

    /** So that no more deliveries are under way than a number. */
    static Rate window(long deliveries, int deliveriesPerRequest, LongSupplier arrived) {
        // one request at least, or nothing would ever come
        long room = Math.max(deliveries, deliveriesPerRequest);
        return asItMay(elapsed -> (arrived.getAsLong() + room) / deliveriesPerRequest);
    }

    private interface Due {
        long at(long elapsedNanos);
    }

    private static Rate asItMay(Due due) {
        return new Rate() {
            @Override
            public long due(long elapsedNanos) {
                return due.at(elapsedNanos);
            }

            @Override
            public long dueNanos(long number) {
                return -1;
            }
        };
    }

    /** So many requests a second, whatever comes back. */
    static Rate perSecond(double requests) {
        return new Rate() {
            @Override
            public long due(long elapsedNanos) {
                return (long) (elapsedNanos / 1e9 * requests) + 1;
            }

            @Override
            public long dueNanos(long number) {
                return (long) (number / requests * 1e9);
            }
        };
    }

    @Override
    public long due(long elapsedNanos) {
        return rate.due(elapsedNanos);
    }

    @Override
    public ByteBuffer next(long number, long dueNanos) {
        sent++;
        return events.request(number, Stamp.micros(dueNanos));
    }

    @Override
    public long dueNanos(long number, long nowNanos) {
        if (number == 0) {
            startNanos = nowNanos;
        }
        long due = rate.dueNanos(number);
        return due < 0 ? nowNanos : startNanos + due;
    }

    @Override
    public void answered(long dueNanos, long answeredNanos) {
        answered++;
        answers.recordValue(Math.max(0, (answeredNanos - dueNanos) / 1_000));
    }

    @Override
    public boolean isOver() {
        return over.getAsBoolean();
    }

    long eventsSent() {
        return sent * events.batch();
    }

    long eventsAnswered() {
        return answered * events.batch();
    }

    /** How long answers took, in microseconds, since this was asked last. */
    Histogram answers() {
        Histogram since = answers.copy();
        answers.reset();
        return since;
    }
}

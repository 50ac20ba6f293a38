package dev.fanfare.dispatcher.http;

import java.util.concurrent.atomic.LongAdder;

/** How many connections several clients have made and closed. Any thread. */
public final class ConnectionCount {
    private final LongAdder opened = new LongAdder();
    private final LongAdder closed = new LongAdder();

    /** That are open now. */
    public long open() {
        // in this order it is never fewer than none
        long ended = closed.sum();
        return opened.sum() - ended;
    }

    /** That were made. */
    public long opened() {
        return opened.sum();
    }

    void oneOpened() {
        opened.increment();
    }

    void oneClosed() {
        closed.increment();
    }
}

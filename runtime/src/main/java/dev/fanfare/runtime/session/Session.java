package dev.fanfare.runtime.session;

/** Clients at work, until something fails that they can't go on from. Confined to its loop's thread. */
public interface Session extends AutoCloseable {
    /** Joins its group. */
    void begin();

    /** One turn; a second or two at most where Kafka answers. */
    void step();

    /** Whether it has shown that it works. */
    boolean isProven();

    /** Whether the group knows this member. */
    boolean isMember();

    /** Ends a wait for records; from any thread. */
    void wakeUp();

    @Override
    void close();
}

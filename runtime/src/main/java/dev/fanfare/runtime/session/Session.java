package dev.fanfare.runtime.session;

import org.apache.kafka.clients.consumer.Consumer;
import org.jspecify.annotations.Nullable;

/** Clients at work, until something fails that they can't go on from. Confined to its loop's thread. */
public interface Session extends AutoCloseable {
    /** The group doesn't know this member yet. */
    String NOT_JOINED = "has not joined its group yet";

    /** Joins its group. */
    void begin();

    /** One turn; a second or two at most where Kafka answers. */
    void step();

    /** Whether it has shown that it works. */
    boolean isProven();

    /** What it has yet to do before it does its work, in words; null where it does. */
    @Nullable String waitsFor();

    /** Ends a wait for records; from any thread. */
    void wakeUp();

    @Override
    void close();

    /** What a member waits for whose group doesn't know it yet; null where it does. */
    static @Nullable String joining(Consumer<?, ?> member) {
        return member.groupMetadata().generationId() > 0 ? null : NOT_JOINED;
    }
}

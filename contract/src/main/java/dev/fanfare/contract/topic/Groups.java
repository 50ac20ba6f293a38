package dev.fanfare.contract.topic;

/** The consumer groups whose progress others ask for, too. */
public final class Groups {
    /** Reads events. Kafka Streams names it after the application. */
    public static final String ROUTERS = "fanfare-router";
    /** Reads deliveries. */
    public static final String DISPATCHERS = "fanfare-dispatchers";
    /** Reads every tier. */
    public static final String RETRY = "fanfare-retry";

    private Groups() {}
}

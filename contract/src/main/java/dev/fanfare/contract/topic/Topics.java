package dev.fanfare.contract.topic;

/** The names of the topics. No other module holds a topic literal. */
public final class Topics {
    public static final String EVENTS = "fanfare.events";
    public static final String SUBSCRIPTIONS = "fanfare.subscriptions";
    public static final String CATALOG = "fanfare.catalog";
    /** Shares of events that very many subscriptions want; see {@code EventChunk}. */
    public static final String FANOUT = "fanfare.fanout";

    public static final String DELIVERIES = "fanfare.deliveries";
    public static final String PARKED = "fanfare.parked";
    public static final String DEAD_LETTERS = "fanfare.dead-letters";
    public static final String ATTEMPTS = "fanfare.attempts";
    public static final String SIGNALS = "fanfare.signals";
    public static final String RUNS = "fanfare.runs";
    public static final String AUDIT = "fanfare.audit";

    /** What the router's store of events that it has seen is made again from. Kafka Streams makes up the name. */
    public static final String SEEN_CHANGELOG = "fanfare-router-seen-changelog";

    private Topics() {}

    /** Whether a topic is one of Fanfare's own by its name; others may belong to a tenant. */
    public static boolean isOurs(String topic) {
        return topic.startsWith("fanfare.") || topic.startsWith("fanfare-");
    }
}

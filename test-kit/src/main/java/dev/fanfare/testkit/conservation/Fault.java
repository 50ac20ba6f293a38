package dev.fanfare.testkit.conservation;

/** How a promise can be broken. */
public enum Fault {
    /** It must exist, and is nowhere. */
    LOST("lost"),
    /** The record says delivered; its receiver never accepted it. */
    NOT_RECEIVED("on record as delivered, but never accepted"),
    /** The producer was told that it is accepted; it is not on the topic. */
    EVENT_LOST("event acknowledged, but not on its topic"),
    /** More ends than beginnings: one delivery went on as two. */
    FORKED("ended more often than it began"),
    /** Nobody asked for it. */
    UNASKED("nobody subscribed to it"),
    /** The {@code webhook-id} isn't the delivery's. */
    OTHER_ID("came under another id"),
    UNSIGNED("signature does not verify"),
    OTHER_BODY("body is not the event's data"),
    /** Before its delay had passed. */
    EARLY("came early"),
    /** Again, though nothing kept the time before from being put on record. */
    REPEATED("repeated for no reason"),
    /** Again, as its answer did not get through, though nothing was in its way. */
    ANSWER_LOST("repeated as its answer got lost for no reason"),
    /** Twice on the deliveries topic, and sent twice, though nothing kept the router from having on record what it made. */
    MADE_TWICE("made twice for no reason"),
    /** On a topic where we wrote it. */
    UNREADABLE("record can't be read");

    private final String words;

    Fault(String words) {
        this.words = words;
    }

    /** In words. */
    public String words() {
        return words;
    }
}

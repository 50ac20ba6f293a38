package dev.fanfare.dispatcher.subscription;

/** What the present state of its subscription means for a delivery. */
public sealed interface Standing {
    /** Send it there. */
    record Active(Endpoint endpoint) implements Standing {}

    /** It is wanted no more: the subscription was deleted or made anew. */
    record Cancelled(String reason) implements Standing {}

    /** The subscription is there, but disabled. */
    record Disabled(String reason) implements Standing {}

    /** The subscription is there, and its deliveries are kept until it is active again. */
    record Paused(String reason) implements Standing {}

    /** The fault is on our side (the secret doesn't open), so the delivery must wait until somebody has mended it. */
    record Unusable(String reason) implements Standing {}
}

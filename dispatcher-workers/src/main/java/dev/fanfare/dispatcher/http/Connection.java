package dev.fanfare.dispatcher.http;

/** Made, and ready to carry calls. Confined to the reactor's thread. */
interface Connection extends Call.Carrier {
    /** Sends a call's request. Only where {@link #mayCarry} says so. */
    void carry(Call call);

    /** Whether another call may go out on it now. */
    boolean mayCarry();

    /** Whether it has been idle, or in use, for so long that it should end. */
    boolean isStale(long nowNanos);

    void close();
}

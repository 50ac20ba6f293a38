package dev.fanfare.dispatcher.send;

/** There are as many clients as there may be, and none of them idles; see {@link IdentityClients}. */
final class TooManyIdentities extends Exception {
    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}

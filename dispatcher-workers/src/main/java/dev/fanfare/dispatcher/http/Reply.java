package dev.fanfare.dispatcher.http;

import dev.fanfare.dispatcher.outcome.Answer;

/** Told how a {@link Call} ended: once, on the reactor's thread, and not at all where it was abandoned. */
public interface Reply {
    /** The endpoint answered. */
    void answered(Answer.Response response);

    /** The proxy did, with something else than a tunnel. */
    void refusedByProxy(int status);

    /** No answer came. */
    void failed(Failure failure);
}

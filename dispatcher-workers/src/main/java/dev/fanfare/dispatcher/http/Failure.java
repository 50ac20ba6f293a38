package dev.fanfare.dispatcher.http;

/**
 * Why no answer came.
 *
 * @param cause     what happened
 * @param stage     how far it was
 * @param untouched whether the endpoint can't have begun to work on the request, or closed a connection that was kept
 *                  just when it was used again: to send it once more at once is no more than what at-least-once allows
 */
public record Failure(Throwable cause, Stage stage, boolean untouched) {
    /** How far an exchange was. */
    public enum Stage {
        /** No connection to the first hop. */
        CONNECTING,
        /** Between here and the proxy. */
        TUNNELLING,
        /** With the endpoint. */
        EXCHANGING
    }
}

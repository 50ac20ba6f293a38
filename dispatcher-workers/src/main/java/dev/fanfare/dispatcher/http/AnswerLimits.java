package dev.fanfare.dispatcher.http;

/**
 * What is wanted of an answer's body.
 *
 * @param kept bytes from its beginning that are kept
 * @param most bytes that are read; what is longer is cut off there, and the answer counts all the same
 */
public record AnswerLimits(int kept, long most) {
    /** Of an endpoint's answer: enough for its words on what went wrong. */
    public static final int EXCERPT_BYTES = 1_024;
}

package dev.fanfare.contract.event;

/** A batch of more events than are taken at once. */
public final class TooManyEvents extends Exception {
    /**
     * With a message for the client.
     *
     * @param count how many there are
     * @param most  how many there may be
     */
    public TooManyEvents(int count, int most) {
        super(
                "the batch holds " + count + " events, and at most " + most + " are taken at once: send it in parts",
                null,
                false,
                false);
    }
}

package dev.fanfare.testkit.conservation;

/**
 * Why receivers accepted deliveries again.
 *
 * @param madeTwice  the router made the delivery twice (at least once, after a crash of its own)
 * @param replayed   an operator asked for it
 * @param answerLost it was accepted, but the answer did not get through, and so it was tried again
 * @param notOnRecord the dispatcher ended, or lost its partition, before it had the exchange on record
 */
public record Repeats(long madeTwice, long replayed, long answerLost, long notOnRecord) {
    static final Repeats NONE = new Repeats(0, 0, 0, 0);

    Repeats plus(Repeats other) {
        return new Repeats(
                madeTwice + other.madeTwice,
                replayed + other.replayed,
                answerLost + other.answerLost,
                notOnRecord + other.notOnRecord);
    }

    /** All of them. */
    public long total() {
        return madeTwice + replayed + answerLost + notOnRecord;
    }

    /**
     * Shares the repeats of one delivery out among their causes: those that the attempts topic shows first, then as many as
     * there are failures without an answer on record; what is left is on no record.
     */
    static Repeats of(DeliveryTable table, int row) {
        int extra = Math.max(0, table.get(row, Fact.ACCEPTED) - 1);
        int onRecord = Math.min(extra, Math.max(0, table.get(row, Fact.DELIVERED) - 1));
        int made = Math.min(onRecord, Math.max(0, table.get(row, Fact.MADE) - 1));
        int lost = Math.min(extra - onRecord, table.get(row, Fact.UNANSWERED));
        return new Repeats(made, onRecord - made, lost, extra - onRecord - lost);
    }
}

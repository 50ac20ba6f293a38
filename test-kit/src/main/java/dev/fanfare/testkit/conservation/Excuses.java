package dev.fanfare.testkit.conservation;

/** When something was broken that lets a delivery come again. What came again without an excuse breaks a promise. */
public interface Excuses {
    /** For everything, at any time. */
    Excuses ANY = new Excuses() {
        @Override
        public boolean forNoRecord(long fromMillis, long toMillis) {
            return true;
        }

        @Override
        public boolean forNoAnswer(long atMillis) {
            return true;
        }
    };

    /**
     * Whether something between these two moments, both included, may have kept a role from having on record what it did
     * then, so that it was done again.
     */
    boolean forNoRecord(long fromMillis, long toMillis);

    /** Whether something may have kept the answer to a request that was accepted then from getting through. */
    boolean forNoAnswer(long atMillis);
}

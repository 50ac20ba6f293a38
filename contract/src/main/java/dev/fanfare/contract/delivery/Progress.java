package dev.fanfare.contract.delivery;

/**
 * How far a delivery has come.
 *
 * @param attempts              attempts in the current schedule
 * @param totalAttempts         attempts in all, over replays
 * @param deferrals             how often it waited because its lane was full or broken
 * @param scheduleStartedAtMillis when the current schedule began (age counts from here); 0 before the first handling
 * @param firstAttemptAtMillis  Unix milliseconds; 0 before the first attempt
 * @param lastAttemptAtMillis   Unix milliseconds; 0 before the first attempt
 */
public record Progress(
        int attempts,
        int totalAttempts,
        int deferrals,
        long scheduleStartedAtMillis,
        long firstAttemptAtMillis,
        long lastAttemptAtMillis) {
    /** Before anything happened. */
    public static final Progress NONE = new Progress(0, 0, 0, 0, 0, 0);

    /** After one more attempt that began at a moment. */
    public Progress attempted(long atMillis) {
        return new Progress(
                attempts + 1,
                totalAttempts + 1,
                deferrals,
                scheduleStartedAtMillis == 0 ? atMillis : scheduleStartedAtMillis,
                firstAttemptAtMillis == 0 ? atMillis : firstAttemptAtMillis,
                atMillis);
    }

    /** After one more deferral. */
    public Progress deferred(long atMillis) {
        return new Progress(
                attempts,
                totalAttempts,
                deferrals + 1,
                scheduleStartedAtMillis == 0 ? atMillis : scheduleStartedAtMillis,
                firstAttemptAtMillis,
                lastAttemptAtMillis);
    }

    /** With a fresh schedule and age, as a replay gives it; the total is kept. */
    public Progress restarted() {
        return new Progress(0, totalAttempts, 0, 0, firstAttemptAtMillis, lastAttemptAtMillis);
    }
}
